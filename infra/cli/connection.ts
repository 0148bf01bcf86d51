import { accordHome, readApiFile } from "../local/api-file.ts";
import { Failure } from "./failure.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the API is, and what opens it. */
export interface Connection {
  readonly url: string;
  readonly token: string;
}

interface Given {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
}

/** Of the tokens of this machine; what is finance's to do is not an administrator's. */
export type LocalRole = "finance" | "modeller" | "admin";

/** What the options say, else the environment, else the Accord that runs on this machine. */
export function findConnection(
  options: Given,
  env: Environment,
  role: LocalRole = "admin",
): Connection {
  const home = accordHome(env);
  const local = readApiFile(home);
  const url = options.url ?? (env["ACCORD_API_URL"] || local?.url);
  if (url === undefined)
    throw new Failure(
      "unreachable",
      `no Accord runs here (there is no ${home}/api.json): start it with 'npm start', or give --url and --token`,
    );
  if (!URL.canParse(url))
    throw new Failure("usage", `'${url}' is no address; expected one such as https://abc.example`);
  const token = options.token ?? (env["ACCORD_API_TOKEN"] || localToken(local, url, role));
  if (token === undefined)
    throw new Failure(
      "unreachable",
      `a token for ${url} is missing: give --token, or ACCORD_API_TOKEN`,
    );
  return { url: url.replace(/\/+$/, ""), token };
}

/** A token of this machine goes to no other address. */
function localToken(
  local: ReturnType<typeof readApiFile>,
  url: string,
  role: LocalRole,
): string | undefined {
  return local && new URL(local.url).origin === new URL(url).origin
    ? local.tokens[role]
    : undefined;
}
