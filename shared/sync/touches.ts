import { isDeepStrictEqual } from "node:util";
import type { RawValue } from "../core/codec/codec.ts";
import type { KindMapping } from "../core/mapping/mapping.ts";
import { SYSTEMS } from "../core/reconcile/system.ts";
import { endedSince, isKnown, newsOf } from "../core/touches/plan-touches.ts";
import type { Touch } from "../core/touches/touch.ts";
import { propertiesOfSource, touchesToldBy } from "../core/touches/touch-source.ts";
import { inParallel } from "./in-parallel.ts";
import type { Hint, Observation, Ref } from "./ports.ts";
import { refKey, tellsNothing } from "./ports.ts";
import type { AccordRecord } from "./record.ts";
import { nowText, type Subject, type World } from "./subject.ts";
import type { TouchStore } from "./touch-store.ts";

/** A hint that tells of touches alone, or whose other news are known, with its person's record. */
export interface Touched {
  readonly hint: Hint;
  readonly record: AccordRecord;
}

/** Whether a hint speaks of its person's touches, and of nothing else. */
export function tellsOfTouchesAlone({ touches, because, ...others }: Hint): boolean {
  return touches !== undefined && because === undefined && tellsNothing(others);
}

/**
 * Reads and remembers the touches of persons that need no look for themselves. What is told and known
 * already costs no call (T8).
 *
 * @returns How many of the hints told nothing new.
 */
export async function hearOfTouches(
  world: World,
  kind: KindMapping,
  touched: readonly Touched[],
): Promise<number> {
  if (touched.length === 0) return 0;
  const remembered = await world.store.touchesOf(touched.map(({ record }) => record.id));
  const news = touched.filter(({ hint, record }) => {
    const known = remembered.get(record.id) ?? [];
    const seen = hint.touches ?? [];
    return seen.length === 0 || !seen.every((one) => isKnown(known, one));
  });
  await rememberTold(
    world,
    kind,
    news.map(({ record }) => record),
    remembered,
  );
  return touched.length - news.length;
}

/**
 * Remembers the touches of persons that are looked at: those that their properties tell of, and,
 * where a hint asks for it, those that the CRMs keep as records of their own.
 *
 * Comes before their records are saved: a worker that stops in between does the same again.
 */
export async function rememberTouches(
  world: World,
  kind: KindMapping,
  subjects: readonly Subject[],
): Promise<void> {
  await inParallel(subjects, (subject) => rememberSeen(world, kind, subject));
  const asking = subjects.filter(({ hints }) => hints.some(({ touches }) => touches !== undefined));
  if (asking.length === 0) return;
  const records = asking.map(({ record }) => record);
  const remembered = await world.store.touchesOf(records.map(({ id }) => id));
  await rememberTold(world, kind, records, remembered);
}

/** What the record was last read to say of touches tells whether there is news, without a read. */
async function rememberSeen(
  { store }: World,
  { touchSources = [] }: KindMapping,
  subject: Subject,
): Promise<void> {
  if (touchSources.length === 0) return;
  const seen = SYSTEMS.flatMap((system) => subject.seen[system] ?? []);
  const told = Object.assign({}, ...seen.map((one) => touchPropertiesOf(touchSources, one)));
  const properties = { ...subject.record.touchProperties, ...told };
  if (isDeepStrictEqual(properties, subject.record.touchProperties)) return;
  subject.record = { ...subject.record, touchProperties: properties };
  const touches = seen.flatMap(({ ref: { object, id }, ...one }) =>
    touchesToldBy(touchSources, { object, id, ...one }),
  );
  await store.keepTouches(subject.record.id, touches);
}

/** What an object's properties say of touches, by `object.property`. */
function touchPropertiesOf(
  sources: NonNullable<KindMapping["touchSources"]>,
  { ref: { object }, properties }: Pick<Observation, "ref" | "properties">,
): Record<string, RawValue> {
  const names = sources.filter((one) => one.object === object).flatMap(propertiesOfSource);
  const told = names.filter((name) => name in properties);
  return Object.fromEntries(told.map((name) => [`${object}.${name}`, properties[name] ?? null]));
}

/** Whether evidence says of touches what the record was last read to say. */
export function agreesOnTouches(
  { touchSources = [] }: KindMapping,
  { touchProperties }: AccordRecord,
  seen: Pick<Observation, "ref" | "properties">,
): boolean {
  const told = Object.entries(touchPropertiesOf(touchSources, seen));
  return told.every(([name, value]) => (touchProperties[name] ?? null) === value);
}

/** @param remembered - Read before the CRMs are, so that what is missing there is gone (T4). */
async function rememberTold(
  world: World,
  { objects }: KindMapping,
  records: readonly AccordRecord[],
  remembered: ReadonlyMap<string, readonly Touch[]>,
): Promise<void> {
  const isOfKind = ({ system, object }: Ref) =>
    objects.some((mapped) => mapped.system === system && mapped.object === object);
  for (const system of SYSTEMS) {
    const { touchesOf } = world.crms[system];
    const refsOf = ({ links }: AccordRecord) =>
      links.filter((link) => link.system === system && isOfKind(link));
    const asked = records.filter((record) => refsOf(record).length > 0);
    if (!touchesOf || asked.length === 0) continue;
    const answers = await touchesOf(asked.flatMap(refsOf));
    await inParallel(asked, async (record) => {
      const told = refsOf(record).flatMap((ref) => answers.get(refKey(ref)) ?? []);
      const known = (remembered.get(record.id) ?? []).filter((one) => one.system === system);
      const news = [...newsOf(known, told), ...endedSince(known, told, nowText(world))];
      if (news.length > 0) await world.store.keepTouches(record.id, news);
    });
  }
}

/** The touches of a record are those of whoever goes on for it, too (T7). */
export async function carryTouches(
  store: TouchStore,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const touches = (await store.touchesOf([from])).get(from) ?? [];
  if (touches.length > 0) await store.keepTouches(to, touches);
}

/** Of a person who is to be forgotten, the touches stay as dates, and lose what was typed (T9). */
export async function forgetTouches(store: TouchStore, personId: string): Promise<void> {
  const touches = (await store.touchesOf([personId])).get(personId) ?? [];
  const bare = touches.map((touch) => ({ ...touch, details: [], title: null }));
  await store.keepTouches(personId, bare);
}
