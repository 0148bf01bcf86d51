import { createHash } from "node:crypto";
import type { MeterName } from "../core/quota/meters.ts";
import type { Kind } from "../core/reconcile/system.ts";
import type { PartOf } from "../parity/ports.ts";
import type { ItemsOf, Job } from "../runs/ports.ts";
import { type Ref, refKey } from "../sync/ports.ts";
import { type MatchKey, matchKeyText } from "../sync/record-store.ts";

/**
 * Every key of every table, and every access pattern. A query without a number here does not exist.
 *
 * Table `records` (pk, sk; index `by-status`: gsi1pk, gsi1sk, with what it counts; sparse indexes
 * `by-trouble`: gsi2pk, gsi2sk, with the trouble; `by-stage`: gsi3pk, gsi3sk, with the accounts of stages)
 * | n  | pattern                                    | how                                          |
 * | -- | ------------------------------------------ | -------------------------------------------- |
 * | A1 | a record by kind and id                    | get RECORD#kind#id / record                  |
 * | A2 | the record that holds a CRM record         | get LINK#system#object#id / holder           |
 * | A3 | the record that holds an identifying value | get KEY#kind#field#value / holder            |
 * | A4 | a poll's watermark                         | get WATERMARK#name / watermark               |
 * | A5 | all watermarks                             | batch get of A4, from the configured polls   |
 * | A6 | who waits for a CRM record                 | get AWAITED#system#object#id / waiters       |
 * | A7 | records of a kind and status, paged        | index STATUS#kind#status#shard, shards 0–f   |
 * | A8 | conflicts, parked fields and proposals     | A7, attributes of the counts                 |
 * | A9 | won opportunities                          | A7 of opportunities, attribute `revenue`     |
 * | A10| what was done so far, in numbers           | get STATS / stats                            |
 * | A11| the touches of a person                    | query RECORD#person#id, sk begins touch#     |
 * | A12| records with parked values or questions    | index TROUBLE#shard, sk > kind#id, shards 0–f|
 * | A13| persons that entered a stage since a day   | index STAGES#shard, sk > day, shards 0–f     |
 * | A14| a plan; a run                              | get PLAN#id / plan; get RUN#id / run         |
 * | A15| the items of a plan, by kind and part      | query PLAN#id#kind#part, sk > key            |
 * | A16| what each part of a plan holds             | get PLAN#id / seal#part                      |
 * | A17| how far a run is, piece by piece           | query RUN#id, sk begins count#               |
 * | A18| the latest plans, runs or sweeps           | query JOBS#plan, …#run, …#parity, latest first|
 * | A19| a sweep, and what is counted of its parts  | query PARITY#id                              |
 * | A20| what pages gave to a part of a sweep       | query PARITY#id#kind#part                    |
 * | A21| what a sweep found in a part, paged        | query PARITY#id#kind#part#findings, sk > name|
 * | A22| who stands on one side alone, paged        | query PARITY#id#kind#part#outsiders, sk > name|
 * | A30| where a finding of a CRM record stands     | query FOUND#system#object#id                 |
 * | A31| the mapping by which records were decided  | get CONFIGURATION / mapping                  |
 * | A32| where a plan item of a CRM record stands  | query PLANNED#system#object#id, sk begins PLAN#|
 * | A33| whether it was forgotten within a day      | get PLANNED#system#object#id / forgotten     |
 * | A24| what is left of a CRM's limit              | get QUOTA#meter / meter                      |
 * | A25| how many records stood where, lately       | get STATS / standing                         |
 * | A26| how long things took in an hour            | get STATS / lags#hour                        |
 * | A27| what carrying out a plan takes, by piece   | query PLAN#id, sk begins rehearsal#          |
 * | A40| where write-backs stand; one of them       | get FIGURES / standing; get FIGURES / run#id |
 * | A41| to whom an opportunity ever gave a share   | get GIVEN#id / targets                       |
 * | A42| what opportunities give to a target        | query SHARES#kind#id, sk opportunity         |
 * | A43| whose figures have to be looked at, paged  | query DUE#shard, sk > kind#id, shards 0–f    |
 * | A44| what was written of a target; all, paged   | get, query WRITTEN#shard, sk kind#id, shards 0–f |
 * | A45| what a run would write, paged              | query FIGURES#run, sk > page#part            |
 *
 * Table `history` (pk, sk)
 * | H1 | the audit of a record, latest first        | query RECORD#kind#id, sk time#version        |
 * | H2 | what people did, latest first              | query AUDIT#yyyy-mm, sk time#id, …#outcome   |
 *
 * Table `ledger` (pk, sk; whole entries in the indexes `by-month`: gsi1pk, gsi1sk and `by-posting`:
 * gsi2pk, gsi2sk; sparse index `by-refusal`: gsi3pk, gsi3sk). Items are put and queried, never changed.
 * | E1 | the entries of an opportunity, and what it was judged to be | query OPPORTUNITY#id       |
 * | E2 | entries by the month they count in         | index MONTH#yyyy-mm#shard, shards 0–f        |
 * | E3 | entries by when they were posted           | index POSTED#yyyy-mm#shard, sk time#id#seq   |
 * | E4 | opportunities that something is refused of | index REFUSED, sk > id                       |
 * | E5 | the months that are closed                 | query CLOSES, sk yyyy-mm                     |
 * | E6 | the rates of a currency                    | query RATES#currency, sk from#readAt         |
 * | E7 | a tie-out, and its result                  | query TIEOUT#id                              |
 * | E8 | entries of a month in order, paged         | E3 of all shards, sk > time#id#seq           |
 * | E9 | what campaigns cost, by month              | query COSTS, sk yyyy-mm#reference#correction |
 * | C1 | the steps in which an opportunity is credited | query STEPS#id                            |
 * | C2 | steps by their moment                      | index by-posting STEPPED#yyyy-mm#shard, sk time#id#step |
 * | C3 | what a version credits of an opportunity   | query CREDITS#id, sk begins model@version#   |
 * | C4 | what a version credits, by when            | index by-posting CREDITED#model@version#yyyy-mm#shard |
 * | C5 | what a version credits, by the month it counts in | index by-month CREDITED#model@version#yyyy-mm#shard |
 * | C6 | versions of models, and when they came into force | query MODELS                          |
 * | C8 | what a run learns from, and what came of it | query LEARNING#run                           |
 * | C9 | how far a version is that is being made     | query MAKING#model@version                   |
 * | C10| what a version credits, in order, paged      | C4 of all shards, sk > time#id#step          |
 * | C7 | sums of what a version credits, by time     | query BLOCK#model@version#dimension#level, sk start#part |
 */
export const recordKey = (kind: Kind, id: string) => ({ pk: `RECORD#${kind}#${id}`, sk: "record" });

/** Beside the record of its person. */
export const TOUCH_PREFIX = "touch#";

export const touchKey = (personId: string, touchId: string) => ({
  pk: recordKey("person", personId).pk,
  sk: `${TOUCH_PREFIX}${touchId}`,
});

export const linkKey = (ref: Ref) => ({ pk: `LINK#${refKey(ref)}`, sk: "holder" });

/** Hashed: an e-mail address is personal data, and keys turn up in metrics and logs. */
export const matchKey = (key: MatchKey) => ({
  pk: `KEY#${key.kind}#${key.field}#${sha256(matchKeyText(key))}`,
  sk: "holder",
});

export const watermarkKey = (name: string) => ({ pk: `WATERMARK#${name}`, sk: "watermark" });

export const waitersKey = (awaited: Ref) => ({ pk: `AWAITED#${refKey(awaited)}`, sk: "waiters" });

export const statsKey = { pk: "STATS", sk: "stats" } as const;

export const configurationKey = { pk: "CONFIGURATION", sk: "mapping" } as const;

export const standingKey = { pk: "STATS", sk: "standing" } as const;

/** `hour`: as ISO says it, to the hour. */
export const lagsKey = (hour: string) => ({ pk: "STATS", sk: `lags#${hour}` });

export const STATUS_INDEX = "by-status";

/** Sixteen partitions a status, by the first digit of the record's id, so that none runs hot. */
export const SHARDS = [..."0123456789abcdef"];

export const statusKey = (kind: Kind, status: string, shard: string) =>
  `STATUS#${kind}#${status}#${shard}`;

export const TROUBLE_INDEX = "by-trouble";

/** Only records in trouble have it, so that they are found without looking at any other. */
export const troubleKey = (shard: string) => `TROUBLE#${shard}`;

export const STAGE_INDEX = "by-stage";

export const stagesKey = (shard: string) => `STAGES#${shard}`;

export const planKey = (id: string) => ({ pk: `PLAN#${id}`, sk: "plan" });

export const runKey = (id: string) => ({ pk: `RUN#${id}`, sk: "run" });

export const itemKey = ({ plan, kind, part }: ItemsOf, key: string) => ({
  pk: `PLAN#${plan}#${kind}#${part}`,
  sk: key,
});

export const sealKey = (plan: string, part: string) => ({
  pk: planKey(plan).pk,
  sk: `seal#${part}`,
});

/** Beside its plan. */
export const REHEARSAL_PREFIX = "rehearsal#";

export const rehearsalKey = (plan: string, piece: string) => ({
  pk: planKey(plan).pk,
  sk: `${REHEARSAL_PREFIX}${piece}`,
});

/** Beside its run. */
export const COUNT_PREFIX = "count#";

export const countKey = (run: string, piece: string) => ({
  pk: runKey(run).pk,
  sk: `${COUNT_PREFIX}${piece}`,
});

export const sweepKey = (id: string) => ({ pk: `PARITY#${id}`, sk: "sweep" });

/** Beside its sweep. */
export const TALLY_PREFIX = "tally#";

export const tallyKey = (sweep: string, stretch: string) => ({
  pk: sweepKey(sweep).pk,
  sk: `${TALLY_PREFIX}${stretch}`,
});

/** `page`: the name of the page that gave the block, so that a page that is read twice gives one. */
export const sweepBlockKey = ({ sweep, kind, part }: PartOf, page: string) => ({
  pk: `${sweepKey(sweep).pk}#${kind}#${part}`,
  sk: page,
});

export const sweepFoundKey = (of: PartOf, what: "findings" | "outsiders", name: string) => ({
  pk: `${sweepBlockKey(of, "").pk}#${what}`,
  sk: name,
});

/** By a CRM record: where a finding that holds values of it stands. */
export const foundKey = (ref: Ref, at: { readonly pk: string; readonly sk: string }) => ({
  pk: `FOUND#${refKey(ref)}`,
  sk: `${at.pk} ${at.sk}`,
});

/** By a CRM record: where a plan item of it stands. */
export const plannedKey = (ref: Ref, at: { readonly pk: string; readonly sk: string }) => ({
  pk: `PLANNED#${refKey(ref)}`,
  sk: `${at.pk} ${at.sk}`,
});

/** Of such keys, as the keys of plans begin. */
export const PLANNED_PREFIX = "PLAN#";

/** Beside them: its person was forgotten lately. */
export const forgottenKey = (ref: Ref) => ({ pk: `PLANNED#${refKey(ref)}`, sk: "forgotten" });

export const jobsKey = (what: Job["job"] | "parity", sk: string) => ({ pk: `JOBS#${what}`, sk });

export const quotaKey = (meter: MeterName) => ({ pk: `QUOTA#${meter}`, sk: "meter" });

/** `what`: the standing, or `run#` and its id. */
export const figuresKey = (what: string) => ({ pk: "FIGURES", sk: what });

export const givenKey = (opportunityId: string) => ({
  pk: `GIVEN#${opportunityId}`,
  sk: "targets",
});

/** `target`: such as `person#0a…`. */
export const sharesPartition = (target: string) => `SHARES#${target}`;

export const dueKey = (shard: string, target: string) => ({ pk: `DUE#${shard}`, sk: target });

export const writtenKey = (shard: string, target: string) => ({
  pk: `WRITTEN#${shard}`,
  sk: target,
});

export const figureLinesKey = (run: string, sk: string) => ({ pk: `FIGURES#${run}`, sk });

export const historyKey = (kind: Kind, id: string, at: string, version: number) => ({
  pk: `RECORD#${kind}#${id}`,
  sk: `${at}#${String(version).padStart(10, "0")}`,
});

/** By month, so that no partition grows for ever. `month` is such as `2026-11`. */
export const auditPartition = (month: string) => `AUDIT#${month}`;

/** `at` is an ISO instant. */
export const auditKey = ({ at, id }: { readonly at: string; readonly id: string }) => ({
  pk: auditPartition(at.slice(0, 7)),
  sk: `${at}#${id}`,
});

/** Nothing was posted or audited before: it ends every walk through the months. */
export const FIRST_MONTH = "2026-01";

/** The month, or the first that there can be anything of. */
export function notBeforeFirst(month: string): string {
  return month > FIRST_MONTH ? month : FIRST_MONTH;
}

/** Beside the entries of its opportunity. */
export const ENTRY_PREFIX = "entry#";

export const opportunityPartition = (id: string) => `OPPORTUNITY#${id}`;

/** Whose entries stand in a partition; undefined where it holds none. */
export function opportunityOf(pk: string): string | undefined {
  const prefix = opportunityPartition("");
  return pk.startsWith(prefix) ? pk.slice(prefix.length) : undefined;
}

export const entryKey = (opportunityId: string, sequence: number) => ({
  pk: opportunityPartition(opportunityId),
  sk: `${ENTRY_PREFIX}${numbered(sequence)}`,
});

export const judgedKey = (opportunityId: string) => ({
  pk: opportunityPartition(opportunityId),
  sk: "judged",
});

export const MONTH_INDEX = "by-month";

export const monthKey = (month: string, shard: string) => `MONTH#${month}#${shard}`;

export const POSTING_INDEX = "by-posting";

export const postedKey = (month: string, shard: string) => `POSTED#${month}#${shard}`;

export const REFUSAL_INDEX = "by-refusal";

/** One partition: a list that a person works off is short. */
export const REFUSED = "REFUSED";

export const CLOSES = "CLOSES";

export const ratesPartition = (currency: string) => `RATES#${currency}`;

/** One partition: of each campaign a month has a few, and a report reads those of its months. */
export const COSTS = "COSTS";

/** Behind the month alone, and before the next one. */
export const costKey = (period: string, reference: string, correction: number) => ({
  pk: COSTS,
  sk: `${period}#${reference}#${numbered(correction)}`,
});

export const tieOutPartition = (id: string) => `TIEOUT#${id}`;

export const stepsPartition = (opportunityId: string) => `STEPS#${opportunityId}`;

export const steppedKey = (month: string, shard: string) => `STEPPED#${month}#${shard}`;

export const creditsPartition = (opportunityId: string) => `CREDITS#${opportunityId}`;

/** Of a model's version, such as `u-shaped@4b922bbb`; by posting and by effective month alike. */
export const creditedKey = (version: string, month: string, shard: string) =>
  `CREDITED#${version}#${month}#${shard}`;

/** Sums of an hour, a day or a month of posting; `level` says which. */
export const blockPartition = (version: string, dimension: string, level: string) =>
  `BLOCK#${version}#${dimension}#${level}`;

export const learningPartition = (run: string) => `LEARNING#${run}`;

export const makingPartition = (version: string) => `MAKING#${version}`;

export const MODELS = "MODELS";

/** Of steps, in the order of their numbers. */
export const numbered = (number: number) => String(number).padStart(8, "0");

/** Behind the key of an action: what came of it. */
export const OUTCOME_SUFFIX = "#outcome";

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
