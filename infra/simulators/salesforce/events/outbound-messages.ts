import { z } from "zod";
import type { Deliver, Delivered } from "../../kit/deliver.ts";
import type { RowChange } from "../../kit/durable-rows.ts";
import type { Surroundings } from "../../kit/surroundings.ts";
import { type Commit, type Database, isWritten } from "../records/database.ts";
import { toZulu } from "../records/datetime.ts";
import { ExactNumber, type Row, textOf } from "../records/exact-json.ts";
import { makeId } from "../records/record-id.ts";
import { escapeXml } from "../xml/escape-xml.ts";
import { DeliveryQueue, type Pending } from "./delivery-queue.ts";
import { TARGET_ANSWERS_WITHIN_MS } from "./target.ts";

/** Source: an outbound message carries up to 100 notifications. */
const MAX_BATCH = 100;
/** Source: an outbound message that is not acknowledged is kept for 24 hours. */
const KEPT_MS = 24 * 3_600_000;
const DEFAULT_FIELDS = ["CreatedDate", "LastModifiedDate", "LastModifiedById"] as const;

export const outboundSettings = z.object({
  target: z.url().nullable(),
  objects: z.array(z.string()).default([]),
  /** By object; an object without an entry sends its three stamps. */
  fields: z.record(z.string(), z.array(z.string())).default({}),
});

const notice = z.object({
  notificationId: z.string(),
  sobject: z.string(),
  recordId: z.string(),
  bornMs: z.number(),
});
type Notice = z.infer<typeof notice>;

interface OutboundOptions {
  readonly around: Surroundings;
  readonly database: Database;
  readonly orgId: string;
  readonly retryBaseMs: number;
  readonly deliver: Deliver;
  /** The address of this server, for the two URLs that a message carries. */
  readonly url: () => string;
}

function readNotice({ json }: Pending): Notice {
  return notice.parse(JSON.parse(json));
}

/** One message tells of one object: the longest run at the front that shares it. */
function pickOneObject(pending: readonly Pending[]): Pending[] {
  const [first] = pending;
  const sobject = first && readNotice(first).sobject;
  return pending.slice(0, MAX_BATCH).filter((each) => readNotice(each).sobject === sobject);
}

/**
 * Outbound messages, as a workflow rule on every create and update would send them.
 *
 * A notification carries the values at the time of sending, not of the change. Deletes send none.
 */
export class OutboundMessages {
  readonly #options: OutboundOptions;
  readonly #queue: DeliveryQueue;
  #settings: z.infer<typeof outboundSettings> = { target: null, objects: [], fields: {} };

  constructor(options: OutboundOptions) {
    this.#options = options;
    const { around, database, retryBaseMs } = options;
    const [kept] = database.keptBefore("outbound-messages");
    if (kept) this.#settings = outboundSettings.parse(JSON.parse(kept.json));
    this.#queue = new DeliveryQueue({
      clock: around.clock,
      database,
      table: "notification",
      retryBaseMs,
      keptMs: KEPT_MS,
      bornMs: (pending) => readNotice(pending).bornMs,
      pick: pickOneObject,
      deliver: (batch, mayHold) => this.#deliver(batch.map(readNotice), mayHold),
    });
  }

  get settings(): object {
    return { ...this.#settings, pending: this.#queue.length };
  }

  configure(settings: z.infer<typeof outboundSettings>): void {
    this.#settings = settings;
    const json = JSON.stringify(settings);
    this.#options.database.store([{ table: "outbound-messages", id: "settings", json }]);
    this.#queue.retryNow();
  }

  onCommit({ changes, committedMs }: Commit): RowChange[] {
    if (this.#settings.target === null) return [];
    const { database } = this.#options;
    const notices = changes
      .filter(isWritten)
      .filter(
        ({ type, after }) => this.#settings.objects.includes(type.name) && !after["IsDeleted"],
      )
      .map(({ type, after }) =>
        JSON.stringify({
          notificationId: database.newId("04l"),
          sobject: type.name,
          recordId: textOf(after, "Id") ?? "",
          bornMs: committedMs,
        }),
      );
    return this.#queue.add(notices);
  }

  wake(): void {
    this.#queue.wake();
  }

  stop(): void {
    this.#queue.stop();
  }

  async #deliver(notices: readonly Notice[], mayHold: boolean): Promise<Delivered["kind"]> {
    const { target } = this.#settings;
    if (target === null) return "lost";
    const outcome = await this.#options.deliver({
      url: target,
      withinMs: TARGET_ANSWERS_WITHIN_MS,
      headers: { "content-type": "text/xml; charset=utf-8" },
      body: this.#envelope(notices),
      objects: notices.slice(0, 1).map(({ sobject }) => sobject),
      mayHold,
    });
    if (outcome.kind !== "answered") return outcome.kind;
    const isAcknowledged = /<(?:\w+:)?Ack>\s*true\s*<\/(?:\w+:)?Ack>/.test(outcome.text);
    return isAcknowledged ? "answered" : "failed";
  }

  #envelope(notices: readonly Notice[]): string {
    const { orgId, url } = this.#options;
    const org15 = orgId.slice(0, 15);
    const notifications = notices.map((each) => this.#notification(each)).join("\n");
    return `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body>
  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
   <OrganizationId>${orgId}</OrganizationId>
   <ActionId>${makeId("04k", 1)}</ActionId>
   <SessionId xsi:nil="true"/>
   <EnterpriseUrl>${url()}/services/Soap/c/67.0/${org15}</EnterpriseUrl>
   <PartnerUrl>${url()}/services/Soap/u/67.0/${org15}</PartnerUrl>
${notifications}
  </notifications>
 </soapenv:Body>
</soapenv:Envelope>
`;
  }

  #notification({ notificationId, sobject, recordId }: Notice): string {
    const { database } = this.#options;
    const row = database.table(sobject).get(recordId) ?? {};
    const names = this.#settings.fields[sobject] ?? DEFAULT_FIELDS;
    const lines = names
      .filter((name) => name !== "Id")
      .flatMap((name) => fieldElement(name, row))
      .map((line) => `     ${line}`);
    return `   <Notification>
    <Id>${notificationId}</Id>
    <sObject xsi:type="sf:${sobject}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">
${[`     <sf:Id>${recordId}</sf:Id>`, ...lines].join("\n")}
    </sObject>
   </Notification>`;
  }
}

/** A field as an element; a null one is left out. */
function fieldElement(name: string, row: Row): string[] {
  const value = row[name] ?? null;
  if (value === null) return [];
  const text = value instanceof ExactNumber ? value.text : toZulu(String(value));
  return [`<sf:${name}>${escapeXml(text)}</sf:${name}>`];
}
