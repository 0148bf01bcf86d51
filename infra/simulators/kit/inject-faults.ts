import type { Clock } from "./clock.ts";
import type { RequestFault } from "./fault-rule.ts";
import type { Faults } from "./faults.ts";
import type { Random } from "./random.ts";

/** A request whose body has been read. */
export interface SentRequest {
  readonly method: string;
  readonly path: string;
  /** With its question mark, or empty. */
  readonly search: string;
  readonly body: string;
}

export interface RowError {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

/** A request that changes several rows, any of which may fail alone. */
export interface Batch {
  readonly count: number;
  /** Does all but the rows `failed`, by `pass`, and answers as the system does where rows failed. */
  run(
    failed: ReadonlySet<number>,
    error: RowError,
    pass: (changed: Partial<SentRequest>) => Promise<Response>,
  ): Promise<Response>;
}

/** How a system speaks of what goes wrong. */
export interface Dialect {
  /** Brings the names that an object goes by into one form. */
  nameObject(name: string): string;
  objectsOf(request: SentRequest): string[];
  errorAnswer(status: number, random: Random): Response;
  /** Undefined for a request that is no batch. */
  batchOf(request: SentRequest, random: Random): Batch | undefined;
}

interface Injecting {
  readonly faults: Faults;
  readonly dialect: Dialect;
  readonly clock: Clock;
  readonly random: Random;
}

type Pass = (request: Request) => Promise<Response>;

/** Passes `request` on, unless a fault meets it. */
export async function injectFaults(on: Injecting, request: Request, pass: Pass): Promise<Response> {
  if (on.faults.size === 0) return pass(request);
  const { pathname: path, search } = new URL(request.url);
  const sent = { method: request.method, path, search, body: await request.text() };
  const batch = on.dialect.batchOf(sent, on.random);
  const incident = { ...sent, objects: on.dialect.objectsOf(sent) };
  const fault = on.faults.meetRequest(incident, batch !== undefined);
  const passOn = (changed: Partial<SentRequest> = {}) =>
    pass(rebuild(request, { ...sent, ...changed }));
  if (fault?.kind === "partial" && batch) {
    const failed = pickRows(batch.count, fault.fail, on.random);
    return batch.run(failed, fault.error, passOn);
  }
  return meet(on, fault, passOn);
}

async function meet(
  { clock, random, dialect }: Injecting,
  fault: RequestFault | undefined,
  passOn: () => Promise<Response>,
): Promise<Response> {
  switch (fault?.kind) {
    case "status":
      return statusAnswer(fault, dialect.errorAnswer(fault.status, random));
    case "delay": {
      const [min, max] = fault.range ?? [fault.ms ?? 0, fault.ms ?? 0];
      await clock.sleep(min + random.number() * (max - min));
      return passOn();
    }
    case "reset":
      if (fault.when === "after") await passOn();
      throw connectionReset();
    default:
      return passOn();
  }
}

/** The request as it came, for it can be read only once. */
function rebuild(request: Request, { method, path, search, body }: SentRequest): Request {
  const url = new URL(`${path}${search}`, request.url);
  const hasBody = method !== "GET" && method !== "HEAD" && body !== "";
  const headers = new Headers(request.headers);
  headers.delete("content-length");
  return new Request(url, { method, headers, ...(hasBody ? { body } : {}) });
}

function pickRows(count: number, fail: number, random: Random): ReadonlySet<number> {
  const wanted = Math.min(count, fail < 1 ? Math.ceil(count * fail) : fail);
  const rows = Array.from({ length: count }, (_, row) => row);
  const picked = new Set<number>();
  while (picked.size < wanted) {
    const [row = 0] = rows.splice(random.int(0, rows.length), 1);
    picked.add(row);
  }
  return picked;
}

function statusAnswer(
  { status, body, headers }: Extract<RequestFault, { kind: "status" }>,
  usual: Response,
): Response {
  const answer =
    body === undefined
      ? usual
      : new Response(typeof body === "string" ? body : JSON.stringify(body), {
          status,
          headers: { "content-type": typeof body === "string" ? "text/html" : "application/json" },
        });
  for (const [name, value] of Object.entries(headers)) answer.headers.set(name, value);
  return answer;
}

/** What undici's `fetch` rejects with where the far side resets the connection. */
function connectionReset(): TypeError {
  const cause = Object.assign(new Error("read ECONNRESET"), {
    errno: -104,
    code: "ECONNRESET",
    syscall: "read",
  });
  return new TypeError("fetch failed", { cause });
}

export function isConnectionReset(error: unknown): boolean {
  if (!(error instanceof TypeError) || !(error.cause instanceof Error)) return false;
  return "code" in error.cause && error.cause.code === "ECONNRESET";
}
