import { Connection } from "jsforce/lib/connection.js";
import {
  type SalesforceSimulator,
  type SalesforceSimulatorOptions,
  startSalesforceSimulator,
} from "../../infra/simulators/salesforce/start-salesforce.ts";
import "../support/whole-jsforce.ts";

/** A simulator on a free port, a jsforce connection to it, and the token that it uses. */
export interface RunningOrg {
  readonly simulator: SalesforceSimulator;
  readonly connection: Connection;
  readonly token: string;
  readonly userId: string;
  /** Plain fetch with the token, relative to `/services/data/v67.0`. */
  call(path: string, init?: RequestInit): Promise<Response>;
}

export async function logIn(url: string): Promise<{ token: string; userId: string }> {
  const response = await fetch(`${url}/services/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: "accord",
      client_secret: "secret",
    }),
  });
  const answer = (await response.json()) as { access_token: string; id: string };
  return { token: answer.access_token, userId: answer.id.split("/").at(-1) ?? "" };
}

export async function startOrg(
  options: Partial<SalesforceSimulatorOptions> = {},
): Promise<RunningOrg> {
  const simulator = await startSalesforceSimulator({ port: 0, ...options });
  const { token, userId } = await logIn(simulator.url);
  const connection = new Connection({
    instanceUrl: simulator.url,
    accessToken: token,
    version: "67.0",
    callOptions: { client: "accord" },
  });
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${simulator.url}/services/data/v67.0${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    });
  return { simulator, connection, token, userId, call };
}

/** Waits until `check` answers something, or gives up with what it last answered. */
export async function eventually<Result>(
  check: () => Result | undefined,
  timeoutMs = 5000,
): Promise<Result> {
  const endMs = Date.now() + timeoutMs;
  for (;;) {
    const result = check();
    if (result !== undefined) return result;
    if (Date.now() > endMs) throw new Error("It did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
