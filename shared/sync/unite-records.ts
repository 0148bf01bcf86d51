import type { KindMapping } from "../core/mapping/mapping.ts";
import { otherSystem, SYSTEMS } from "../core/reconcile/system.ts";
import { linkedRefs } from "./gather.ts";
import { retired, takeHistory } from "./merge-records.ts";
import { nameOf, type Ref } from "./ports.ts";
import { type AccordRecord, activeLink } from "./record.ts";
import type { HistoryEvent } from "./record-store.ts";
import {
  keyOf,
  livingOn,
  nowText,
  type Subject,
  seat,
  type World,
  withoutLink,
} from "./subject.ts";
import { carryTouches } from "./touches.ts";

const BUSY = "another worker writes a record that it is one with";
const CHANGED = "a record that it is one with changed meanwhile";

/**
 * The loser is the winner from now on. The winner is saved with the other's history first: stopping
 * after any step is harmless, since the next look finds them to be one again, and goes on.
 */
export async function joinTwo(
  world: World,
  kind: KindMapping,
  pair: { winner: Subject; loser: Subject; subjects: Map<string, Subject> },
): Promise<void> {
  const { winner, loser, subjects } = pair;
  const now = nowText(world);
  if (isLeased(world, winner) || isLeased(world, loser)) return wait(winner, loser, BUSY);
  if (loser.before.version > 0) {
    const wasSaved =
      (await saveWinner(world, winner, withoutSeated(loser, winner, now))) &&
      (await retire(world, kind, pair));
    if (!wasSaved) return wait(winner, loser, CHANGED);
  }
  for (const system of SYSTEMS) {
    const seen = livingOn(loser, system);
    if (seen && !livingOn(winner, system)) seat(winner, seen, now);
  }
  winner.hints.push(...loser.hints);
  subjects.delete(loser.record.id);
}

/** What the loser leaves behind: not the CRM records that the winner goes on with. */
function withoutSeated(loser: Subject, winner: Subject, now: string): AccordRecord {
  const seated = SYSTEMS.flatMap((system) => livingOn(loser, system)?.ref.id ?? []);
  const { links } = retired(loser.record, winner.record.id, now);
  return { ...loser.record, links: links.filter(({ id }) => !seated.includes(id)) };
}

function isLeased({ now }: World, { before }: Subject): boolean {
  return (before.lease?.untilMs ?? 0) > now();
}

function wait(one: Subject, other: Subject, cause: string): void {
  one.waits = cause;
  other.waits = cause;
}

async function saveWinner(world: World, winner: Subject, loser: AccordRecord): Promise<boolean> {
  const now = nowText(world);
  await carryTouches(world.store, { from: loser.id, to: winner.record.id });
  const record = takeHistory(winner.record, loser, now);
  return saveNow(world, winner, record, [
    { what: "took over", from: loser.id, to: winner.record.id },
  ]);
}

async function retire(
  world: World,
  kind: KindMapping,
  { winner, loser }: { readonly winner: Subject; readonly loser: Subject },
): Promise<boolean> {
  const into = winner.record.id;
  const held = linkedRefs([loser.record]);
  const next = retired(loser.record, into, nowText(world));
  const events = [{ what: "merged into", from: loser.record.id, to: into }];
  const value = loser.before.fields[kind.matchField ?? ""]?.value ?? null;
  if (value !== null) await world.store.letGo({ key: keyOf(kind, value) }, next.id);
  if (!(await saveNow(world, loser, next, events))) return false;
  // What a worker that dies here leaves with the retired record leads to the one that goes on.
  for (const ref of held) await world.store.letGo({ ref }, next.id);
  winner.released.push(...held);
  return true;
}

/** Saves a subject at once, with its line in the history. */
async function saveNow(
  { store }: World,
  subject: Subject,
  next: AccordRecord,
  events: readonly HistoryEvent[],
): Promise<boolean> {
  const { id, kind, updatedAt: at } = next;
  const version = subject.before.version;
  await store.log([{ recordId: id, kind, at, version: version + 1, events }]);
  if ((await store.save({ ...next, version })) === "stale") return false;
  subject.before = { ...next, version: version + 1 };
  subject.record = subject.before;
  return true;
}

/**
 * A loser whose partner lives on keeps it, and no more: what is to become of the two partners is for
 * a person to say (I5). The winner has its history from now on.
 */
export async function giveWay(
  world: World,
  { winner, loser, ref }: { readonly winner: Subject; readonly loser: Subject; readonly ref: Ref },
): Promise<void> {
  const now = nowText(world);
  if (isLeased(world, winner) || isLeased(world, loser)) return wait(winner, loser, BUSY);
  const link = activeLink(loser.record, ref.system);
  const because = `it lives on as ${nameOf(ref)}, which record ${winner.record.id} has`;
  const left = link ? withoutLink(loser.record, link, because, now) : loser.record;
  if (!(await saveWinner(world, winner, left))) return wait(winner, loser, CHANGED);
  if (link) loser.released.push({ system: link.system, object: link.object, id: link.id });
  loser.record = { ...left, belongsTo: winner.record.id };
  delete loser.seen[ref.system];
  listAsPart(loser, winner);
  for (const one of [winner, loser]) lookAtToo(one);
}

/** Whatever is found out about a subject is saved, though nobody hinted it. */
function lookAtToo(subject: Subject): void {
  const [living] = SYSTEMS.flatMap((system) => livingOn(subject, system) ?? []);
  if (subject.hints.length === 0 && living)
    subject.hints.push({ ref: living.ref, because: "its record came to be another's" });
}

/** Lists a record with what its survivor has, and says what a person can do about it. */
export function listAsPart(part: Subject, winner: Subject): void {
  const [theirs] = SYSTEMS.flatMap((system) => livingOn(part, system) ?? []);
  if (!theirs) return;
  const { system } = theirs.ref;
  const [lost, ours] = [otherSystem(system), system].map(
    (one) => livingOn(winner, one)?.ref ?? activeLink(winner.record, one),
  );
  part.candidates = lost ? [bare(lost)] : [];
  const merge = ours ? `; merge ${nameOf(theirs.ref)} with ${nameOf(ours)}, or unlink it` : "";
  part.ambiguous = `its partner is one with ${lost ? nameOf(lost) : "another"} now, which belongs to record ${winner.record.id}${merge}`;
}

function bare({ system, object, id }: Ref): Ref {
  return { system, object, id };
}
