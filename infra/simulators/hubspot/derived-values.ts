import { additionalEmailsOf, emailsOf, joinedEmails } from "./contact-emails.ts";
import { converted } from "./currencies.ts";
import { COMPANY, CONTACT, DEAL, LEAD, type ObjectType } from "./object-type.ts";
import { APP_ID, type Portal, type Write } from "./portal.ts";
import { momentOf } from "./property-value.ts";
import { stageStamps } from "./standard-properties.ts";
import type { StoredRecord } from "./stored-record.ts";

type Values = Map<string, string | null>;

/** A change as the rules below see it: `before` is undefined where the record is being created. */
export interface Derivation {
  readonly type: ObjectType;
  readonly before: StoredRecord | undefined;
  /** What was sent and accepted. The rules add to it and take from it. */
  readonly values: Values;
}

/** Everything HubSpot itself sets or refuses to move when a record is written. */
export function deriveValues(write: Write, derivation: Derivation): void {
  const { type } = derivation;
  if (type === CONTACT) deriveContact(write, derivation);
  if (type === CONTACT || type === COMPANY) deriveLifecycle(write, derivation);
  if (type === DEAL) deriveDeal(write, derivation);
  if (type === LEAD) deriveStage(write, derivation, "hs_pipeline_stage");
}

/** The value that will hold once `values` are in force. */
export function valueAfter({ before, values }: Derivation, name: string): string | undefined {
  const sent = values.get(name);
  return sent === undefined ? before?.properties[name] : (sent ?? undefined);
}

/** Contacts made through the API count as offline traffic of that app, unless they say otherwise. */
function deriveContact(write: Write, derivation: Derivation): void {
  const { before, values } = derivation;
  if (!before) {
    for (const name of ["hs_analytics_source", "hs_latest_source"]) {
      if (values.has(name)) continue;
      values.set(name, "OFFLINE");
      values.set(`${name}_data_1`, write.source.sourceType);
      values.set(`${name}_data_2`, String(APP_ID));
    }
    if (!values.has("hs_latest_source_timestamp"))
      values.set("hs_latest_source_timestamp", isoOf(write));
    values.set("hs_pipeline", "contacts-lifecycle-pipeline");
    // The account setting "lead by default" is on, as in the recorded answers of real accounts.
    if (!values.has("lifecyclestage")) values.set("lifecyclestage", "lead");
  }
  const promoted = promoteEmail(derivation);
  if (promoted !== undefined) values.set("hs_additional_emails", promoted);
  const email = valueAfter(derivation, "email");
  const names = ["firstname", "lastname"].map((name) => valueAfter(derivation, name));
  values.set("hs_email_domain", email?.split("@")[1] ?? null);
  values.set("hs_full_name_or_email", names.filter(Boolean).join(" ") || (email ?? null));
}

/**
 * Where one of a contact's additional addresses becomes its first, the two change places
 * (unverified). Any other new address simply replaces the first.
 */
function promoteEmail({ before, values }: Derivation): string | null | undefined {
  const email = values.get("email");
  if (!before || !email) return undefined;
  const additional = additionalEmailsOf(before);
  if (!additional.includes(email)) return undefined;
  const rest = emailsOf(before).filter((each) => each !== email);
  return joinedEmails(rest);
}

/**
 * The API moves a lifecycle stage forward only; a step back is dropped without a word. Clearing it
 * in one request allows any stage in the next; a person may choose any stage at any time. Source: contacts guide, 2026-04; silence: community.
 */
function deriveLifecycle(write: Write, derivation: Derivation): void {
  const { type, before, values } = derivation;
  const inOrder = write.portal.definitions.get(type, "lifecyclestage")?.options ?? [];
  const rankOf = (stage: string) => inOrder.findIndex(({ value }) => value === stage);
  const current = before?.properties["lifecyclestage"];
  const next = values.get("lifecyclestage");
  const isBehind = next && current !== undefined && rankOf(next) < rankOf(current);
  if (isBehind && write.source.sourceType !== "CRM_UI") values.delete("lifecyclestage");
  const entered = deriveStage(write, derivation, "lifecyclestage");
  if (entered !== undefined) values.set(`hs_lifecyclestage_${entered}_date`, isoOf(write));
}

function deriveDeal(write: Write, derivation: Derivation): void {
  const { before, values } = derivation;
  if (!before && !values.get("pipeline")) values.set("pipeline", "default");
  const entered = deriveStage(write, derivation, "dealstage");
  const metadata = dealStageOf(write.portal, derivation)?.metadata;
  const isClosed = metadata?.["isClosed"] === "true";
  const isWon = isClosed && Number(metadata?.["probability"]) === 1;
  const amount = valueAfter(derivation, "amount") ?? null;
  values.set("hs_is_closed", String(isClosed));
  values.set("hs_is_closed_won", String(isWon));
  values.set("hs_is_closed_lost", String(isClosed && !isWon));
  values.set("hs_closed_amount", isWon ? (amount ?? "0") : "0");
  if (entered !== undefined) {
    if (!values.has("hs_deal_stage_probability"))
      values.set("hs_deal_stage_probability", metadata?.["probability"] ?? null);
    if (isClosed && valueAfter(derivation, "closedate") === undefined)
      values.set("closedate", isoOf(write));
  }
  deriveHomeAmount(write, derivation, isClosed);
}

/**
 * At home a deal is worth its amount at the rate of the day it closes, and at the current one as long
 * as it is open. Source: knowledge base on currencies; how the product is rounded is unverified.
 */
function deriveHomeAmount(write: Write, derivation: Derivation, isClosed: boolean): void {
  const { values } = derivation;
  const { currencies, clock } = write.portal;
  const amount = valueAfter(derivation, "amount");
  const code = valueAfter(derivation, "deal_currency_code");
  const closedMs = isClosed ? momentOf(valueAfter(derivation, "closedate") ?? "") : undefined;
  const rate = currencies.rateAt(code ?? currencies.company, closedMs ?? clock.now()) ?? 1;
  values.set("hs_exchange_rate", code === undefined ? null : String(rate));
  values.set(
    "amount_in_home_currency",
    amount === undefined ? null : rate === 1 ? amount : converted(amount, rate),
  );
}

function dealStageOf(portal: Portal, derivation: Derivation) {
  const pipeline = valueAfter(derivation, "pipeline") ?? "default";
  return portal.pipelines.stage(DEAL, pipeline, valueAfter(derivation, "dealstage") ?? "");
}

/** Stamps the stage that is left and the one that is entered. Re-entry stamps anew. */
function deriveStage(write: Write, { type, before, values }: Derivation, property: string) {
  const left = before?.properties[property];
  const entered = values.get(property);
  if (entered === undefined || entered === (left ?? null)) return undefined;
  const stamp = (prefix: string, stage: string) => {
    for (const definition of stageStamps(stage))
      if (!write.portal.definitions.get(type, definition.name))
        write.portal.definitions.put(type, definition);
    values.set(`hs_v2_date_${prefix}_${stage}`, isoOf(write));
    values.set(`hs_date_${prefix}_${stage}`, isoOf(write));
  };
  if (left !== undefined) {
    stamp("exited", left);
    const enteredMs = momentOf(before?.properties[`hs_v2_date_entered_${left}`] ?? "");
    const spentMs = enteredMs === undefined ? undefined : write.atMs - enteredMs;
    if (spentMs !== undefined) {
      const total = Number(before?.properties[`hs_v2_cumulative_time_in_${left}`] ?? 0) + spentMs;
      values.set(`hs_v2_latest_time_in_${left}`, String(spentMs));
      values.set(`hs_v2_cumulative_time_in_${left}`, String(total));
    }
  }
  if (entered !== null) stamp("entered", entered);
  return entered ?? undefined;
}

function isoOf({ atMs }: Write): string {
  return new Date(atMs).toISOString();
}
