import type { KindMapping } from "../core/mapping/mapping.ts";
import { otherSystem, SYSTEMS } from "../core/reconcile/system.ts";
import { recordsOf } from "./gather.ts";
import { type Observation, refKey } from "./ports.ts";
import { type AccordRecord, activeLink, type Link } from "./record.ts";
import { keyOf, nowText, type Subject, type World, withoutLink } from "./subject.ts";

/** A subject that is seen as another CRM record than the one it is tied to. */
interface Moved {
  readonly subject: Subject;
  readonly seen: Observation;
  readonly link: Link;
}

/**
 * Settles who goes on as a CRM record that two records of ours have come to: a lead was converted
 * into a contact that was known, or that was told of first. One that stands on this side alone gives
 * way to the other. Where both have a partner they stay apart, and a person says what is true.
 */
export async function takeOver(
  world: World,
  kind: KindMapping,
  subjects: Map<string, Subject>,
): Promise<void> {
  const moved = [...subjects.values()].flatMap(movesOf);
  if (moved.length === 0) return;
  const holders = await recordsOf(
    world,
    kind,
    moved.map(({ seen }) => seen.ref),
  );
  for (const one of moved) {
    const holder = holders.get(refKey(one.seen.ref));
    if (!holder || holder.id === one.subject.record.id) continue;
    if (!activeLink(holder, otherSystem(one.link.system)) && !holder.lease)
      await takeFrom(world, kind, { ...one, holder, subjects });
    else giveWay(one, nowText(world));
  }
}

function movesOf(subject: Subject): Moved[] {
  return SYSTEMS.flatMap((system) => {
    const seen = subject.seen[system];
    const link = activeLink(subject.record, system);
    return seen && link && !seen.gone && seen.ref.id !== link.id ? [{ subject, seen, link }] : [];
  });
}

/** Stopping after any step is harmless: the next look finds the holder alone still, and goes on. */
async function takeFrom(
  { store, ...world }: World,
  kind: KindMapping,
  {
    subject,
    seen,
    holder,
    subjects,
  }: Moved & { readonly holder: AccordRecord; readonly subjects: Map<string, Subject> },
): Promise<void> {
  const now = nowText({ store, ...world });
  const link = activeLink(holder, seen.ref.system);
  if (link?.id === seen.ref.id) {
    const statusReason = `record ${subject.record.id} goes on in its place`;
    const left = withoutLink(holder, link, statusReason, now);
    const next = { ...left, status: "unlinked", statusReason, updatedAt: now } as const;
    if ((await store.save(next)) === "stale") return;
  }
  const value = holder.fields[kind.matchField ?? ""]?.value ?? null;
  if (value !== null) await store.letGo({ key: keyOf(kind, value) }, holder.id);
  await store.letGo({ ref: seen.ref }, holder.id);
  subject.hints.push(...(subjects.get(holder.id)?.hints ?? []));
  subjects.delete(holder.id);
}

function giveWay({ subject, seen, link }: Moved, now: string): void {
  const { system } = link;
  delete subject.seen[system];
  if (activeLink(subject.record, otherSystem(system))) {
    subject.candidates = [seen.ref];
    subject.ambiguous = "it lives on as one that belongs to a record that is already linked";
  } else {
    const because = "it lives on as one that another record holds";
    subject.record = withoutLink(subject.record, link, because, now);
  }
}
