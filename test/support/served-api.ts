import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRoutes } from "../../functions/api/open-routes.ts";
import { ROUTES } from "../../functions/api/routes.ts";
import type { World } from "../../functions/api/world.ts";
import { runCli } from "../../infra/cli/run-cli.ts";
import { writeApiFile } from "../../infra/local/api-file.ts";
import { startHttpServer } from "../../infra/local/host/http-server.ts";
import { CONTEXT } from "./ask-api.ts";

const CLAIMS: Readonly<Record<string, Record<string, string>>> = {
  "Bearer viewer": { sub: "vic", accord_role: "viewer" },
  "Bearer finance": { sub: "fay", accord_role: "finance" },
  "Bearer modeller": { sub: "marta", accord_role: "modeller" },
  "Bearer admin": { sub: "olga", accord_role: "admin" },
};

interface Around {
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** The API as the local host serves it, one function behind one guarded route, and the command on it. */
export async function serveApi(world: World) {
  const home = mkdtempSync(join(tmpdir(), "accord-cli-"));
  const handle = openRoutes(ROUTES, world);
  const pool = {
    name: "api",
    invoke: async (event: unknown) => handle(event as Parameters<typeof handle>[0], CONTEXT),
    stop: async () => {},
  };
  const authorizer = async (authorization = "") => CLAIMS[authorization];
  const server = await startHttpServer({
    port: 0,
    routes: ["GET", "POST"].map((method) => ({
      routeKey: `${method} /api/{proxy+}`,
      target: { pool, guarded: false, authorizer },
    })),
    publish: async () => 0,
    invoke: () => undefined,
    log: () => {},
  });
  const tokens = { viewer: "viewer", finance: "finance", modeller: "modeller", admin: "admin" };
  writeApiFile(home, { url: server.url, tokens });
  return {
    home,
    url: server.url,
    /** What the command line prints, and how it ends. Of a text, quoted words are one. */
    async accord(line: readonly string[] | string, { columns, env = {} }: Around = {}) {
      const printed = { out: "", err: "" };
      const code = await runCli(typeof line === "string" ? wordsOf(line) : line, {
        env: { ACCORD_HOME: home, ...env },
        columns,
        out: (text) => {
          printed.out += text;
        },
        err: (text) => {
          printed.err += text;
        },
      });
      return { code, ...printed };
    },
    async stop() {
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}
