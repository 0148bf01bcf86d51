import type { SalesforceSimulatorOptions } from "../../infra/simulators/salesforce/start-salesforce.ts";
import { eventually, type RunningOrg, startOrg } from "./salesforce-simulator-org.ts";

interface ToldHeader {
  readonly entityName: string;
  readonly recordIds: readonly string[];
  readonly changeType: string;
  readonly changedFields: readonly string[];
  readonly transactionKey: string;
  readonly sequenceNumber: number;
  readonly commitTimestamp: number;
  readonly commitUser: string;
}

/** The payload of one change event: its header, and the fields that it carries. */
export interface Told {
  readonly ChangeEventHeader: ToldHeader;
  readonly [field: string]: unknown;
}

export interface ToldOrg extends RunningOrg {
  /** Waits until `count` events that fit were delivered, and gives all that fit. */
  told(fits: (header: ToldHeader) => boolean, count?: number): Promise<Told[]>;
  /** Waits for the first event that fits, and gives every event of its transaction. */
  transaction(fits: (header: ToldHeader) => boolean): Promise<Told[]>;
  /** Sends to `/_simulator/…`; the answer's body is undefined where it has none. */
  simulate(
    path: string,
    method: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }>;
}

/** An org whose change events end here, without a socket. */
export async function startToldOrg(
  options: Partial<SalesforceSimulatorOptions> = {},
): Promise<ToldOrg> {
  const received: Told[] = [];
  const take = (body: unknown) => {
    const envelopes = JSON.parse(String(body)) as { detail: { payload: Told } }[];
    received.push(...envelopes.map(({ detail }) => detail.payload));
    return Promise.resolve(new Response(null, { status: 200 }));
  };
  const org = await startOrg({ ...options, fetch: (_url, { body }) => take(body) });
  const simulate = async (path: string, method: string, body?: unknown) => {
    const response = await fetch(`${org.simulator.url}/_simulator/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  };
  await simulate("event-relay", "PUT", { target: "https://bus.example/events" });
  const told = (fits: (header: ToldHeader) => boolean, count = 1) =>
    eventually(() => {
      const fitting = received.filter(({ ChangeEventHeader }) => fits(ChangeEventHeader));
      return fitting.length >= count ? fitting : undefined;
    });
  const transaction = async (fits: (header: ToldHeader) => boolean) => {
    const key = (await told(fits))[0]?.ChangeEventHeader.transactionKey;
    return told(({ transactionKey }) => transactionKey === key);
  };
  return { ...org, told, transaction, simulate };
}

/** What became of a call: it was taken, or the code it was refused with. */
export const outcome = async (call: PromiseLike<unknown>): Promise<string> =>
  call.then(
    () => "it was taken",
    ({ errorCode }: { errorCode?: string }) => errorCode ?? "an error without a code",
  );
