import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "jsforce/lib/connection.js";
import { HttpApi } from "jsforce/lib/http-api.js";
import * as z from "zod";
import { Fault } from "../sync/fault.ts";
import type { Pace } from "../sync/quota.ts";
import { parseDigits } from "./exact-json.ts";
import { passesByProxy } from "./proxy.ts";
import { type Answer, readRefusal } from "./refusal.ts";

/** Fixed, since answers differ by version: Summer '26. jsforce would ask for 50.0. */
const API_VERSION = "67.0";

export const DATA_PATH = `/services/data/v${API_VERSION}`;

/** Marks our edits: change events of them carry `client=Accord` in their origin. */
const CLIENT = "Accord";

const ATTEMPTS = 3;

const SET_UP = /\/describe$|FROM%20User\b/;
const FIRST_PAUSE_MS = 250;

/** One HTTP request. `repeatable`: asking twice changes nothing more than asking once. */
export interface HttpCall {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly url: string;
  readonly accessToken: string | undefined;
  readonly body: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly repeatable: boolean;
  /** What a result is written in, JSON unless told. CSV is answered as `text`, with its `locator`. */
  readonly reads?: "json" | "csv" | undefined;
}

interface HttpOptions {
  readonly timeoutMs: number;
  /** Asked before each call; without one, nothing limits them but Salesforce's refusals. */
  readonly pace?: Pace | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Calls of the last 24 hours, whoever made them, as the header `Sforce-Limit-Info` has it. */
interface Usage {
  readonly max: number;
  readonly used: number;
}

interface Sending {
  readonly timeoutMs: number;
  readonly told: (usage: Usage) => void;
}

export interface SalesforceHttp {
  send(call: HttpCall): Promise<Answer>;
  callsMade(): number;
  /** Of these, sign-ins, and those that ask for descriptions and users. */
  setUpCallsMade(): number;
}

/** jsforce throws for every status from 300 on; asked for plain text, it tells the status by name. */
const thrownStatus = z.object({
  errorCode: z.string().regex(/^ERROR_HTTP_\d{3}$/),
  message: z.string(),
});

/**
 * Sends through jsforce, but retries by its own rule. jsforce's repeats what it must not (a DELETE
 * after a 500), and after a 401 asks for new tokens for ever. Bodies stay text, so that digits stay.
 *
 * Throws `salesforce-unavailable` where there was no answer, or a 5xx one, after all attempts.
 */
export function salesforceHttp({ timeoutMs, pace, now }: HttpOptions): SalesforceHttp {
  let sent = 0;
  let setUpCalls = 0;
  const attempt = async (call: HttpCall): Promise<Answer | Fault> => {
    // A sign-in is no call of the API.
    if (pace && call.accessToken !== undefined) await pace.take("salesforce calls");
    sent += 1;
    if (call.accessToken === undefined || SET_UP.test(call.url)) setUpCalls += 1;
    const told = (daily: Usage) => pace?.learn("salesforce calls", { daily, atMs: now() });
    return sendOnce(call, { timeoutMs, told });
  };
  return {
    callsMade: () => sent,
    setUpCallsMade: () => setUpCalls,
    async send(call) {
      for (let tries = 1; ; tries += 1) {
        const outcome = await attempt(call);
        if (!(outcome instanceof Fault)) return outcome;
        if (!call.repeatable || tries === ATTEMPTS) throw outcome;
        await sleep(FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.75 + Math.random() / 2));
      }
    },
  };
}

async function sendOnce(call: HttpCall, sending: Sending): Promise<Answer | Fault> {
  try {
    const { text, locator } = await withinTime(requestText(call, sending), sending.timeoutMs);
    if (call.reads === "csv") return { ok: true, body: { text, locator } };
    return { ok: true, body: text === "" ? null : parseDigits(text) };
  } catch (error) {
    // The text of a syntax error quotes the answer, which holds customers' data.
    if (error instanceof SyntaxError)
      return new Fault("salesforce-unavailable", "Salesforce's answer is no JSON");
    const thrown = thrownStatus.safeParse(error).data;
    const { host } = new URL(call.url);
    if (thrown === undefined)
      return new Fault("salesforce-unavailable", `Salesforce at ${host} did not answer`, {
        cause: error,
      });
    const refused = readRefusal(Number(thrown.errorCode.slice(-3)), thrown.message);
    if (refused.status >= 500)
      return new Fault(
        "salesforce-unavailable",
        `Salesforce at ${host} answered ${refused.status} (${refused.code})`,
      );
    return { ok: false, ...refused };
  }
}

interface Text {
  readonly text: string;
  /** Of a page of a bulk result: where the next one begins. */
  readonly locator: string | undefined;
}

async function requestText(call: HttpCall, { timeoutMs, told }: Sending): Promise<Text> {
  const { method, url, accessToken, body, headers } = call;
  const connection = new Connection({
    instanceUrl: new URL(url).origin,
    ...(accessToken === undefined ? {} : { accessToken }),
    version: API_VERSION,
    callOptions: { client: CLIENT },
  });
  const api = new HttpApi(connection, {
    responseType: "text/plain",
    noContentResponse: "",
    followRedirect: false,
    timeout: timeoutMs,
    retry: { maxRetries: 0, statusCodes: [], errorCodes: [], methods: [] },
    ...(passesByProxy(url, process.env["NO_PROXY"] ?? process.env["no_proxy"])
      ? { httpProxy: undefined }
      : {}),
  });
  let locator: string | undefined;
  // Refusals tell of the usage, too, and one of them that there is nothing left.
  api.on("response", (response: unknown) => {
    const { data } = answered.safeParse(response);
    locator = data?.headers["sforce-locator"];
    const [, used, max] = USAGE.exec(data?.headers["sforce-limit-info"] ?? "") ?? [];
    if (used !== undefined && max !== undefined) told({ max: Number(max), used: Number(used) });
  });
  const answer = await api.request<unknown>({
    method,
    url,
    headers: { ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return { text: z.string().parse(answer), locator };
}

const answered = z.object({
  headers: z.object({
    "sforce-locator": z.string().optional(),
    "sforce-limit-info": z.string().optional(),
  }),
});

const USAGE = /api-usage=(\d+)\/(\d+)/;

/** jsforce's own time-out ends with the headers; a body that stalls would hold a worker for minutes. */
async function withinTime<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
