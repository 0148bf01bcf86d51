import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { localTokens } from "./local-issuer.ts";

const apiFile = z.object({ url: z.url(), tokens: localTokens });

/** Where the API of a running Accord is, and what opens it. */
export type ApiFile = z.infer<typeof apiFile>;

/** Where Accord keeps its state on this machine. */
export function accordHome(env: Readonly<Record<string, string | undefined>>): string {
  return env["ACCORD_HOME"] || ".accord";
}

const fileIn = (home: string) => join(home, "api.json");

/** Only the user who runs Accord may read it. */
export function writeApiFile(home: string, content: ApiFile): void {
  mkdirSync(home, { recursive: true });
  rmSync(fileIn(home), { force: true });
  writeFileSync(fileIn(home), `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
}

/** Undefined where no Accord runs, or where it was started by another version. */
export function readApiFile(home: string): ApiFile | undefined {
  if (!existsSync(fileIn(home))) return undefined;
  return apiFile.safeParse(JSON.parse(readFileSync(fileIn(home), "utf8"))).data;
}

/** Takes away the file of the Accord at `url`, and leaves that of another one that was started since. */
export function removeApiFile(home: string, url: string): void {
  if (readApiFile(home)?.url === url) rmSync(fileIn(home), { force: true });
}
