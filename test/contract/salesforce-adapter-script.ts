import { createServer, type IncomingHttpHeaders } from "node:http";
import { mapping } from "../../shared/config/mapping.ts";
import { wireShapes } from "../../shared/core/mapping/wire-shape.ts";
import { salesforceCrm } from "../../shared/salesforce/salesforce-crm.ts";
import { Fault } from "../../shared/sync/fault.ts";
import { type Ref, refKey } from "../../shared/sync/ports.ts";

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Scripted = { readonly status: number; readonly text: string } | "reset" | "silence";

export const json = (status: number, body: unknown): Scripted => ({
  status,
  text: JSON.stringify(body),
});

export const refusal = (status: number, errorCode: string, message = "words"): Scripted =>
  json(status, [{ errorCode, message }]);

const field = (name: string, more: object = {}) => ({
  name,
  type: "string",
  length: 255,
  nillable: true,
  createable: true,
  updateable: true,
  externalId: false,
  restrictedPicklist: false,
  picklistValues: [],
  ...more,
});

/** A describe of an Opportunity with just enough in it. */
export const OPPORTUNITY_FIELDS = {
  fields: [
    field("Id", { type: "id", createable: false, updateable: false }),
    field("IsDeleted", { type: "boolean", createable: false, updateable: false }),
    field("CreatedDate", { type: "datetime", createable: false, updateable: false }),
    field("SystemModstamp", { type: "datetime", createable: false, updateable: false }),
    field("Name", { length: 120, nillable: false }),
    field("Amount", { type: "currency", length: 0 }),
    field("Accord_Id__c", { length: 36, externalId: true }),
  ],
};

export const ID = "006000000000001AAA";
export const REF: Ref = { system: "salesforce", object: "Opportunity", id: ID };
export const KEY = refKey(REF);

const FOUND = `{"totalSize":1,"done":true,"records":[{"attributes":{},"Id":"${ID}","IsDeleted":false,"CreatedDate":"2026-01-02T03:04:05.678+0000","SystemModstamp":"2026-09-09T00:41:57.001+0000","Name":"Deal","Amount":99999999999999.99}]}`;

/** What is answered where the script of a test has nothing to say: one opportunity, and no roles. */
function usual({ path, query }: Seen): Scripted {
  if (path.endsWith("/describe")) return json(200, OPPORTUNITY_FIELDS);
  if (query.includes("FROM OpportunityContactRole") || path === "/query")
    return json(200, { totalSize: 0, done: true, records: [] });
  if (path === "/queryAll") return { status: 200, text: FOUND };
  return json(200, {});
}

export async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (error instanceof Fault) return error;
  throw error;
}

/** A server on loopback that answers by the script, and a token to everyone who asks for one. */
export async function scriptedOrg(script: (seen: Seen, nth: number) => Scripted | undefined) {
  const seen: Seen[] = [];
  let tokens = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://x");
      const one = {
        method: request.method ?? "",
        path: url.pathname.replace("/services/data/v67.0", ""),
        query: url.searchParams.get("q") ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(one);
      const isToken = url.pathname === "/services/oauth2/token";
      if (isToken) tokens += 1;
      let answer = script(one, seen.length) ?? usual(one);
      if (isToken && answer !== "reset" && answer !== "silence" && answer.status === 200)
        answer = json(200, {
          access_token: `token${tokens}`,
          instance_url: url0(),
          id: `${url0()}/id/00D000000000001EAA/005000000000001AAA`,
        });
      if (answer === "silence") return;
      if (answer === "reset") {
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.status, { "content-type": "application/json;charset=UTF-8" });
      response.end(answer.text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const url0 = () => `http://127.0.0.1:${port}`;
  return {
    seen,
    url: url0(),
    crm: salesforceCrm({
      loginUrl: url0(),
      credentials: async () => ({ clientId: "id", clientSecret: "secret" }),
      shapes: wireShapes(mapping, "salesforce"),
      now: Date.now,
      timeoutMs: 500,
    }),
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
