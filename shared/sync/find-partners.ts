import { rankCandidates } from "../core/identity/rank-candidates.ts";
import type { KindMapping } from "../core/mapping/mapping.ts";
import { SYSTEMS, type System } from "../core/reconcile/system.ts";
import { heirOf, observeAll } from "./gather.ts";
import { show, whoGoesOn } from "./join-records.ts";
import { isKeptApart, keepsApart } from "./kept-apart.ts";
import { isNamedPartner } from "./known-as.ts";
import { type Hint, nameOf, refKey } from "./ports.ts";
import type { AccordRecord } from "./record.ts";
import {
  isAsking,
  isBusy,
  isFree,
  type SameValued,
  sameValued,
  type Valued,
} from "./same-valued.ts";
import { nowText, type Subject, seat, type World } from "./subject.ts";
import { wouldCreate } from "./tie-up.ts";
import { joinTwo } from "./unite-records.ts";

interface Pair {
  readonly hubspot: Valued;
  readonly salesforce: Valued;
}

const BUSY = "another worker writes a record that has its identifying value";

/** A list of candidates is for a person to read. */
const MOST_CANDIDATES = 10;

/** Looks for the partner of every record that stands on one side alone (I1, I2), by value. */
export async function findPartners(
  world: World,
  kind: KindMapping,
  subjects: Map<string, Subject>,
): Promise<void> {
  const asked: Hint[] = [];
  for (const group of await sameValued(world, kind, subjects)) {
    if (group.some((one) => isFree(one) && isBusy(one, world.now()))) {
      for (const { subject } of group) if (subject && isAsking(subject)) subject.waits = BUSY;
      continue;
    }
    await recallApart(world, group);
    const pair = choosePair(kind, group);
    const isOurs = pair && [pair.hubspot, pair.salesforce].some(isLookedAt);
    if (pair && isOurs) await joinPair(world, kind, pair, subjects);
    const others = group.filter((one) => one !== pair?.hubspot && one !== pair?.salesforce);
    for (const one of others) if (one.subject) list(kind, one, group, pair);
    asked.push(...whoElse(group, pair));
  }
  if (asked.length > 0)
    await world.queue.send(asked, { lane: "live", delaySeconds: 0, attempt: 0 });
}

/**
 * Who is kept apart from a record stays so in its next form: the contact that a lead was converted to
 * may be told of before the lead is.
 */
async function recallApart(world: World, group: SameValued): Promise<void> {
  const all = group.flatMap(({ subject, holder }) => subject?.record ?? holder ?? []);
  const refs = all.flatMap(({ keptApart = [] }) => keptApart.map(({ ref }) => ref));
  if (refs.length === 0) return;
  const observed = await observeAll(world, refs);
  for (const one of group) {
    const record = one.subject?.record ?? one.holder;
    const heirs = (record?.keptApart ?? []).flatMap(({ ref }) => heirOf(observed, ref)?.ref ?? []);
    one.apartFrom.push(...heirs);
  }
}

function isLookedAt({ subject }: Valued): boolean {
  return subject !== undefined && subject.hints.length > 0;
}

/** The pair of a group: the first of each side that nobody keeps apart; none where several are listed. */
function choosePair(kind: KindMapping, group: SameValued): Pair | undefined {
  const free = group.filter(isFree);
  const [hubspot, salesforce] = SYSTEMS.map((system) => ranked(kind, free, system));
  for (const one of hubspot ?? [])
    for (const other of salesforce ?? [])
      if (!areKeptApart(one, other)) return { hubspot: one, salesforce: other };
  return undefined;
}

function ranked(kind: KindMapping, free: SameValued, system: System): Valued[] {
  const far = free.filter(({ seen }) => seen.ref.system !== system);
  const ids = new Set(
    far.flatMap(({ seen, subject, holder }) => [
      ...[seen.accordId, holder?.id].flatMap((id) => id ?? []),
      ...(subject && subject.before.version > 0 ? [subject.record.id] : []),
    ]),
  );
  const firsts = new Set(far.map(({ values }) => values[0]));
  const objects = kind.objects.filter((one) => one.system === system).map(({ object }) => object);
  const candidates = free
    .filter(({ seen }) => seen.ref.system === system)
    .map((valued) => ({
      valued,
      object: valued.seen.ref.object,
      id: valued.seen.ref.id,
      createdAtMs: valued.seen.createdAtMs,
      carriesId:
        ids.has(valued.seen.accordId ?? "") ||
        far.some(({ seen }) => isNamedPartner(kind, seen, valued.seen)),
      isPrimary: firsts.has(valued.values[0]),
    }));
  const isUndecided = kind.whenSeveral !== "first" && candidates.length > 1;
  const inOrder = rankCandidates(candidates, objects);
  const listed = isUndecided ? inOrder.filter(({ carriesId }) => carriesId) : inOrder;
  return (isUndecided && listed.length > 1 ? [] : listed).map(({ valued }) => valued);
}

function areKeptApart(one: Valued, other: Valued): boolean {
  const [ours, theirs] = [one, other].map(({ subject, holder }) => subject?.record ?? holder);
  if (ours && theirs && isKeptApart(ours, theirs)) return true;
  return namesApart(one, other) || namesApart(other, one);
}

function namesApart({ subject, holder, apartFrom }: Valued, { seen: { ref } }: Valued): boolean {
  const record = subject?.record ?? holder;
  if (record && keepsApart(record, ref)) return true;
  return apartFrom.some((one) => refKey(one) === refKey(ref));
}

async function joinPair(
  world: World,
  kind: KindMapping,
  { hubspot, salesforce }: Pair,
  subjects: Map<string, Subject>,
): Promise<void> {
  const held = [hubspot, salesforce].flatMap(({ holder }) => holder ?? []);
  await show(world, held, subjects);
  const [one, other] = [hubspot, salesforce].map(
    ({ subject, holder }) => subject ?? subjects.get(holder?.id ?? ""),
  );
  const now = nowText(world);
  if (one && other && one !== other) {
    const [winner, loser] = whoGoesOn(one, other, salesforce.seen.ref);
    await joinTwo(world, kind, { winner, loser, subjects });
  } else if (one) seat(one, salesforce.seen, now);
  else if (other) seat(other, hubspot.seen, now);
}

/** Says of a record that found others of its value, and is not the one that stands for them, why. */
function list(kind: KindMapping, self: Valued, group: SameValued, pair?: Pair): void {
  const { seen, subject } = self;
  if (!subject || !isAsking(subject)) return;
  const { system } = seen.ref;
  const isOther = (one: Valued) => one.subject !== subject && !areKeptApart(self, one);
  const beside = group.filter((one) => one.seen.ref.system === system && isOther(one));
  const across = group.filter((one) => one.seen.ref.system !== system && isOther(one));
  const first = pair?.[system];
  if (across.length > 0) {
    subject.candidates = refsOf(across);
    subject.ambiguous = reasonOf(first, beside, across);
  } else if (wouldCreate(kind, subject) && beside.length > 0) {
    const [stands] = standsFor(kind, [...beside, self]);
    if (stands?.seen === seen) return;
    subject.candidates = refsOf(beside);
    subject.ambiguous = `${stands ? nameOf(stands.seen.ref) : "another record"} ${COMES_FIRST}`;
  }
}

function refsOf(all: readonly Valued[]) {
  return all
    .map(({ seen }) => seen.ref)
    .sort((one, other) => (refKey(one) < refKey(other) ? -1 : 1))
    .slice(0, MOST_CANDIDATES);
}

const COMES_FIRST = "has its identifying value, too, and comes first";
const ALREADY_LINKED = "its identifying value belongs to a record that is already linked";

/** Whether a record is ambiguous because another one stands for both. */
export function isSecond({ statusReason }: Pick<AccordRecord, "statusReason">): boolean {
  return statusReason.endsWith(COMES_FIRST) || statusReason === ALREADY_LINKED;
}

function reasonOf(
  first: Valued | undefined,
  beside: readonly Valued[],
  across: readonly Valued[],
): string {
  if (first) return `${nameOf(first.seen.ref)} ${COMES_FIRST}`;
  if (across.length > 1) return "several records of the other system have its identifying value";
  if (beside.length > 0 && across.every(({ holder, subject }) => !holder && !subject))
    return "several records of its own system have its identifying value";
  return ALREADY_LINKED;
}

/** Without a partner in sight, all that count are those of one side. */
function standsFor(kind: KindMapping, all: readonly Valued[]): Valued[] {
  const [one] = all;
  return one ? ranked({ ...kind, whenSeveral: "first" }, all, one.seen.ref.system) : [];
}

/** The others of a group are to be looked at as well, where a pair was found that changes their standing. */
function whoElse(group: SameValued, pair: Pair | undefined): Hint[] {
  if (!pair) return [];
  const { hubspot, salesforce } = pair;
  const isOurs = [hubspot, salesforce].some(isLookedAt);
  const asked = isOurs
    ? group.filter((one) => one !== hubspot && one !== salesforce)
    : [salesforce];
  const because = isOurs
    ? "another record with its identifying value was linked"
    : "a record with its identifying value was found";
  return asked.filter((one) => !isLookedAt(one)).map(({ seen: { ref } }) => ({ ref, because }));
}
