import { Fault } from "../sync/fault.ts";
import type { SalesforceCredentials } from "./credentials.ts";
import { DATA_PATH, type HttpCall, type SalesforceHttp } from "./http.ts";
import { type Answer, faultOf, isThrottle } from "./refusal.ts";
import { readSession, type Session, tokenForm } from "./sign-in.ts";

/** A request to the data API. `path` starts below the version, or at `/services`. */
interface OrgCall {
  readonly method: HttpCall["method"];
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly repeatable: boolean;
  readonly reads?: HttpCall["reads"];
}

/** The org, signed in to. */
export interface Org {
  /** Answers what Salesforce says, refusals of the call included, but for throttles. */
  attempt(call: OrgCall): Promise<Answer>;
  /** The body of a call that is to succeed. `what` ends "may not …", without any record's data. */
  ask(what: string, call: OrgCall): Promise<unknown>;
  /** The user that Accord acts as. */
  userId(): Promise<string>;
}

export interface OrgOptions {
  readonly loginUrl: string;
  readonly credentials: () => Promise<SalesforceCredentials>;
  readonly now: () => number;
  readonly http: SalesforceHttp;
}

const JSON_BODY = { "content-type": "application/json" } as const;
const FORM_BODY = { "content-type": "application/x-www-form-urlencoded" } as const;

export function salesforceOrg(options: OrgOptions): Org {
  const { http } = options;
  const sessions = sessionKeeper(options);
  const send = ({ path, body, method, headers, repeatable, reads }: OrgCall, session: Session) =>
    http.send({
      method,
      url: `${session.instanceUrl}${path.startsWith("/services/") ? "" : DATA_PATH}${path}`,
      accessToken: session.accessToken,
      body,
      headers: { ...(body === undefined ? {} : JSON_BODY), ...headers },
      repeatable,
      reads,
    });
  const attempt = async (call: OrgCall): Promise<Answer> => {
    const session = await sessions.current();
    const answer = await send(call, session);
    if (answer.ok || answer.status !== 401) return unlessThrottled(answer);
    // Nothing was done yet, so also a call that may not be repeated is sent again.
    const second = await send(call, await sessions.after(session));
    if (second.ok || second.status !== 401) return unlessThrottled(second);
    throw new Fault(
      "salesforce-unauthorized",
      `Salesforce took a new token and refused it (${second.code}): check the app's policies and that the integration user may use the API`,
    );
  };
  return {
    attempt,
    async ask(what, call) {
      const answer = await attempt(call);
      if (answer.ok) return answer.body;
      throw faultOf(answer, what);
    },
    userId: async () => (await sessions.current()).userId,
  };
}

function unlessThrottled(answer: Answer): Answer {
  if (!answer.ok && isThrottle(answer)) throw faultOf(answer, "be called");
  return answer;
}

/** Keeps one session for all calls, and replaces one that Salesforce has ended once for all of them. */
function sessionKeeper({ loginUrl, credentials, now, http }: OrgOptions) {
  let session: Promise<Session> | undefined;
  let lastEnded: Session | undefined;
  const signIn = async (): Promise<Session> => {
    const given = await credentials();
    const answer = await http.send({
      method: "POST",
      url: new URL("/services/oauth2/token", loginUrl).href,
      accessToken: undefined,
      body: tokenForm(given, loginUrl, now()),
      headers: FORM_BODY,
      repeatable: true,
    });
    return readSession(unlessThrottled(answer), given, loginUrl);
  };
  const current = async (): Promise<Session> => {
    session ??= signIn();
    const asked = session;
    try {
      return await asked;
    } catch (error) {
      if (session === asked) session = undefined;
      throw error;
    }
  };
  return {
    current,
    after(ended: Session): Promise<Session> {
      // Of several calls that were told so of one session, the first ends it for all.
      if (lastEnded !== ended) session = undefined;
      lastEnded = ended;
      return current();
    },
  };
}
