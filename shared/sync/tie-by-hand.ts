import type { KindMapping } from "../core/mapping/mapping.ts";
import { otherSystem } from "../core/reconcile/system.ts";
import { linkedRefs, loadCurrent } from "./gather.ts";
import { keptApartText } from "./kept-apart.ts";
import { retired, takeHistory } from "./merge-records.ts";
import { type Hint, nameOf, type Ref, refKey } from "./ports.ts";
import { type AccordRecord, type Apart, activeLink, newRecord } from "./record.ts";
import type { HistoryEvent } from "./record-store.ts";
import { keyOf, nowText, type World, withLink, withoutLink } from "./subject.ts";

/** What a person's word on ties needs of the outside. It reads no CRM and writes none. */
export type TieWorld = Pick<World, "mapping" | "store" | "queue" | "now" | "newId">;

/** Who says so, and why; both stay readable in the history. */
export interface Word {
  readonly by: string;
  readonly because: string;
}

/** `done` and `was-so` alike leave what was asked for; the other answers change nothing. */
export type Tied =
  | { readonly answer: "done" | "was-so"; readonly record: AccordRecord }
  | { readonly answer: "unknown" | "impossible" | "busy"; readonly reason: string };

/**
 * Takes a record's two CRM records apart, and keeps them so (I9): HubSpot's stays with the record,
 * Salesforce's gets one of its own. Of an ambiguous record, it says that it is none of its candidates.
 * Stopping after any step is harmless: said again, it is carried on.
 */
export async function unlink(
  world: TieWorld,
  kind: KindMapping,
  { id, ...word }: Word & { readonly id: string },
): Promise<Tied> {
  const record = (await loadCurrent(world, kind.kind, [id])).get(id);
  if (!record) return unknownRecord(kind, id);
  if (isBusy(world, record)) return BUSY;
  const [ours, theirs] = [activeLink(record, "hubspot"), activeLink(record, "salesforce")];
  if (ours && theirs) return split(world, record, { ours, theirs, word });
  const holders = await world.store.holders(record.candidates, []);
  const others = record.candidates.flatMap((ref) => {
    const recordId = holders.get(refKey(ref)) ?? record.belongsTo;
    return recordId ? [{ recordId, ref }] : [];
  });
  const news = others.filter(({ recordId }) => !isApartFrom(record, recordId));
  if (news.length > 0) {
    const { belongsTo: _, ...rest } = record;
    const apart = news.map((one) => apartFrom(one, word, nowText(world)));
    return keep(
      world,
      { ...rest, keptApart: [...(record.keptApart ?? []), ...apart] },
      { what: "unlinked", ...word },
    );
  }
  const last = record.keptApart?.at(-1);
  if (!last) return { answer: "impossible", reason: `${kind.kind} ${id} is linked with nobody` };
  await seatApart(world, record, last);
  return { answer: "was-so", record };
}

async function split(
  world: TieWorld,
  record: AccordRecord,
  { ours, theirs, word }: { readonly ours: Ref; readonly theirs: Ref; readonly word: Word },
): Promise<Tied> {
  const now = nowText(world);
  const link = activeLink(record, "salesforce");
  const apart = apartFrom({ recordId: world.newId(), ref: bare(theirs) }, word, now);
  const left = link ? withoutLink(record, link, saidBy("unlinked", word), now) : record;
  const next = {
    ...left,
    status: "unlinked" as const,
    statusReason: keptApartText(apart),
    keptApart: [...(record.keptApart ?? []), apart],
  };
  const done = await keep(world, next, { what: "unlinked", ...word });
  if (done.answer === "done") await seatApart(world, next, apart, ours);
  return done;
}

/** The record of what was taken off another: as it was agreed on until then. */
async function seatApart(
  { store, queue, ...world }: TieWorld,
  record: AccordRecord,
  { recordId, ref, at, by, because }: Apart,
  ours: Ref | undefined = activeLink(record, otherSystem(ref.system)),
): Promise<void> {
  const { kind } = record;
  if (!(await store.load([{ kind, id: recordId }])).has(recordId)) {
    const word = { by, because };
    const blank = newRecord({ id: recordId, kind }, { now: at, mappingVersion: "" });
    const tied = withLink(blank, ref, saidBy("unlinked", word), at);
    const past = ours ? withPast(tied, bare(ours), saidBy("unlinked", word), at) : tied;
    const back = ours ? [{ recordId: record.id, ref: bare(ours), at, by, because }] : [];
    const reason = { recordId: record.id, ref: ours ?? ref, at, by, because };
    await store.save({
      ...past,
      status: "unlinked",
      statusReason: keptApartText(reason),
      fields: record.fields,
      keptApart: back,
    });
    await store.log([entryOf(world, past, 1, { what: "unlinked", by, because, to: refKey(ref) })]);
  }
  await store.letGo({ ref }, record.id);
  await store.hold({ ref }, recordId);
  await hint(queue, [ref], saidBy("unlinked", { by, because }));
}

function withPast(record: AccordRecord, ref: Ref, because: string, at: string): AccordRecord {
  const ended = { at, because };
  return { ...record, links: [{ ...ref, since: at, because, ended }, ...record.links] };
}

/**
 * Links a record with a CRM record of the other side, whoever kept them apart before. A record of ours
 * that holds it, and nothing else, goes into the one that is named.
 */
export async function link(
  world: TieWorld,
  kind: KindMapping,
  { id, ref, ...word }: Word & { readonly id: string; readonly ref: Ref },
): Promise<Tied> {
  if (!kind.objects.some(({ system, object }) => system === ref.system && object === ref.object))
    return { answer: "impossible", reason: `no ${kind.kind} is a ${ref.system} ${ref.object}` };
  const record = (await loadCurrent(world, kind.kind, [id])).get(id);
  if (!record) return unknownRecord(kind, id);
  const holder = (await world.store.holders([ref], [])).get(refKey(ref));
  const found = holder ? await loadCurrent(world, kind.kind, [holder]) : new Map();
  const other: AccordRecord | undefined = found.get(holder ?? "");
  const refused = refusalToLink(world, record, { ref, other });
  if (refused) return refused;
  const wasSo = activeLink(record, ref.system)?.id === ref.id;
  const theirs = other && other.id !== record.id ? other : undefined;
  const done = wasSo
    ? ({ answer: "was-so", record } as const)
    : await keep(world, linkedWith(record, { ref, theirs, word, now: nowText(world) }), {
        what: "linked",
        ...word,
      });
  if (done.answer === "done" || (wasSo && theirs)) {
    if (theirs) await retireInto(world, kind, { theirs, into: record.id, word });
    if (holder && holder !== record.id) await world.store.letGo({ ref }, holder);
    await world.store.hold({ ref }, record.id);
    await hint(world.queue, [ref], saidBy("linked", word));
  }
  return done;
}

function refusalToLink(
  world: TieWorld,
  record: AccordRecord,
  { ref, other }: { readonly ref: Ref; readonly other: AccordRecord | undefined },
): Tied | undefined {
  const impossible = (reason: string) => ({ answer: "impossible", reason }) as const;
  const near = otherSystem(ref.system);
  const present = activeLink(record, ref.system);
  if (record.forgotten) return impossible(`record ${record.id} was forgotten for privacy`);
  if (isBusy(world, record) || (other && isBusy(world, other))) return BUSY;
  if (present && present.id !== ref.id)
    return impossible(`it is linked with ${nameOf(present)}; unlink that first`);
  if (!activeLink(record, near))
    return impossible(`record ${record.id} has nothing on the other side to link it with`);
  const theirs = other && other.id !== record.id ? activeLink(other, near) : undefined;
  if (other && theirs)
    return impossible(
      `${nameOf(ref)} is linked with ${nameOf(theirs)}, in record ${other.id}; unlink that first`,
    );
  return undefined;
}

function linkedWith(
  record: AccordRecord,
  {
    ref,
    theirs,
    word,
    now,
  }: {
    readonly ref: Ref;
    readonly theirs: AccordRecord | undefined;
    readonly word: Word;
    readonly now: string;
  },
): AccordRecord {
  const {
    belongsTo: _,
    keptApart = [],
    ...rest
  } = theirs ? takeHistory(record, theirs, now) : record;
  const apart = keptApart.filter(
    (one) => one.recordId !== theirs?.id && refKey(one.ref) !== refKey(ref),
  );
  const tied = withLink({ ...rest, candidates: [] }, bare(ref), saidBy("linked", word), now);
  return apart.length > 0 ? { ...tied, keptApart: apart } : tied;
}

async function retireInto(
  world: TieWorld,
  kind: KindMapping,
  { theirs, into, word }: { readonly theirs: AccordRecord; into: string; readonly word: Word },
): Promise<void> {
  const value = theirs.fields[kind.matchField ?? ""]?.value ?? null;
  const next = retired(theirs, into, nowText(world));
  const event = { what: "merged into", from: theirs.id, to: into, ...word };
  await world.store.log([entryOf(world, theirs, theirs.version + 1, event)]);
  await world.store.save(next);
  if (value !== null) await world.store.letGo({ key: keyOf(kind, value) }, theirs.id);
}

const BUSY: Tied = {
  answer: "busy",
  reason: "it is being written just now; try again in a minute",
};

function isBusy({ now }: TieWorld, { lease }: AccordRecord): boolean {
  return (lease?.untilMs ?? 0) > now();
}

function unknownRecord({ kind }: KindMapping, id: string): Tied {
  return { answer: "unknown", reason: `no ${kind} has the id ${id}` };
}

function apartFrom(
  other: Pick<Apart, "recordId" | "ref">,
  { by, because }: Word,
  at: string,
): Apart {
  return { recordId: other.recordId, ref: bare(other.ref), at, by, because };
}

function isApartFrom({ keptApart = [] }: AccordRecord, recordId: string): boolean {
  return keptApart.some((one) => one.recordId === recordId);
}

function saidBy(what: "linked" | "unlinked", { by, because }: Word): string {
  return `${what} by ${by}: ${because}`;
}

function bare({ system, object, id }: Ref): Ref {
  return { system, object, id };
}

/** Saves a person's word with its line in the history, and has the record looked at. */
async function keep(
  world: TieWorld,
  next: AccordRecord,
  { what, ...word }: Word & { readonly what: "linked" | "unlinked" },
): Promise<Tied> {
  const { store, queue } = world;
  const refs = linkedRefs([next]);
  const to = refs.map(refKey).join(" ");
  await store.log([entryOf(world, next, next.version + 1, { what, to, ...word })]);
  if ((await store.save({ ...next, updatedAt: nowText(world) })) === "stale") return BUSY;
  await hint(queue, refs, saidBy(what, word));
  return { answer: "done", record: next };
}

function entryOf(
  world: Pick<TieWorld, "now">,
  { id, kind }: AccordRecord,
  version: number,
  event: HistoryEvent,
) {
  const at = new Date(world.now()).toISOString();
  return { recordId: id, kind, at, version, events: [event] };
}

async function hint(queue: World["queue"], refs: readonly Ref[], because: string): Promise<void> {
  const hints: Hint[] = refs.map((ref) => ({ ref: bare(ref), because }));
  if (hints.length > 0) await queue.send(hints, { lane: "live", delaySeconds: 0, attempt: 0 });
}
