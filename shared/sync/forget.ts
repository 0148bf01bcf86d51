import { isRefusal } from "../core/codec/codec.ts";
import type { KindMapping, MappedField } from "../core/mapping/mapping.ts";
import type { Conclusion } from "./conclude.ts";
import type { Hint, RecordWrite } from "./ports.ts";
import { readField } from "./read-fields.ts";
import { type AccordRecord, activeLink } from "./record.ts";
import {
  DELETED,
  keyOf,
  livingOn,
  nowText,
  type Subject,
  type World,
  withoutLink,
} from "./subject.ts";
import { forgetTouches } from "./touches.ts";
import type { Written } from "./written.ts";

/** How a webhook names the deletion that the law asks for. */
const PRIVACY_DELETION = /\.privacyDeletion$/;

/**
 * More than this at one look, and none of them announced, is no wish of persons: it is another portal,
 * or one that was emptied. They are taken for deleted, and keep their values.
 */
const MOST_UNANNOUNCED = 20;

/**
 * Forgets the persons whom HubSpot has deleted for good (I11): announced by its webhook, or found to be
 * neither there nor in its recycle bin. Their values leave the history first and the record last, so
 * that a worker that dies on the way leaves what the next one finds, and does again.
 */
export async function forgetDeleted(
  world: World,
  kind: KindMapping,
  subjects: ReadonlyMap<string, Subject>,
): Promise<void> {
  if (!kind.fields.some(({ personal }) => personal)) return;
  const gone = [...subjects.values()].filter(isGoneForGood);
  const unannounced = gone.filter((subject) => !isAnnounced(subject));
  const isMass = unannounced.length > MOST_UNANNOUNCED;
  for (const subject of gone)
    if (isAnnounced(subject) || !isMass) await forget(world, kind, subject);
}

/** Of those whom no record of ours holds there may be plans, and findings: of these the webhook alone tells. */
export async function forgetStrangers(
  { store, now }: World,
  kind: KindMapping,
  hints: readonly Hint[],
): Promise<void> {
  if (!kind.fields.some(({ personal }) => personal)) return;
  const refs = hints.filter(isOfPrivacy).map(({ ref }) => ref);
  if (refs.length === 0) return;
  await store.forgetFindings(refs);
  await store.forgetPlanned(refs, now());
}

function isGoneForGood(subject: Subject): boolean {
  const { record, seen } = subject;
  if (record.forgotten) return false;
  if (activeLink(record, "hubspot") === undefined) return wasDeletedBefore(subject);
  const isGone = seen.hubspot?.gone === true;
  return isGone && (seen.hubspot?.goneForGood === true || isAnnounced(subject));
}

/** It lay in the recycle bin, and nobody took its place; only the webhook tells that it is gone from there, too. */
function wasDeletedBefore(subject: Subject): boolean {
  const { record, hints } = subject;
  const deleted = record.links.filter(
    ({ system, ended }) => system === "hubspot" && ended?.because === DELETED,
  );
  const isOf = ({ ref }: Hint) => deleted.some(({ id }) => id === ref.id);
  return livingOn(subject, "hubspot") === undefined && hints.filter(isOfPrivacy).some(isOf);
}

function isAnnounced({ hints }: Subject): boolean {
  return hints.some(isOfPrivacy);
}

function isOfPrivacy({ because = "" }: Hint): boolean {
  return PRIVACY_DELETION.test(because);
}

async function forget(world: World, kind: KindMapping, subject: Subject): Promise<void> {
  const { store } = world;
  const { record } = subject;
  if ((subject.before.lease?.untilMs ?? 0) > world.now()) return;
  const personal = new Set(kind.fields.flatMap(({ name, personal }) => (personal ? [name] : [])));
  const past = await store.load((record.mergedFrom ?? []).map((id) => ({ kind: record.kind, id })));
  for (const one of [...past.values(), record]) {
    const value = one.fields[kind.matchField ?? ""]?.value ?? null;
    if (value !== null) await store.letGo({ key: keyOf(kind, value) }, one.id);
    await store.forgetHistory(one.kind, one.id, [...personal]);
    await store.forgetFindings(one.links);
    await store.forgetPlanned(one.links, world.now());
    await forgetTouches(store, one.id);
  }
  for (const one of past.values()) await store.save(withoutValues(one, personal));
  const now = nowText(world);
  const because = "HubSpot deleted it for privacy";
  const link = activeLink(record, "hubspot");
  const left = link ? withoutLink(record, link, because, now) : record;
  const next: AccordRecord = {
    ...withoutValues(left, personal),
    forgotten: { at: now, because },
    updatedAt: now,
  };
  const version = subject.before.version + 1;
  await store.log([
    {
      recordId: next.id,
      kind: next.kind,
      at: now,
      version,
      events: [{ what: "forgotten", because }],
    },
  ]);
  if ((await store.save(next)) === "stale") {
    subject.waits = "it changed while it was to be forgotten";
    return;
  }
  subject.before = { ...next, version };
  subject.record = subject.before;
  delete subject.seen.hubspot;
}

/** What is left of a record: what it was made of, when, and which stages it went through. */
function withoutValues(record: AccordRecord, personal: ReadonlySet<string>): AccordRecord {
  const isOpen = (name: string) => !personal.has(name);
  const { rulings: _, ...rest } = record;
  return {
    ...rest,
    fields: Object.fromEntries(Object.entries(record.fields).filter(([name]) => isOpen(name))),
    conflicts: record.conflicts.filter(({ fields }) => fields.every(isOpen)),
    parked: record.parked.filter(({ field }) => isOpen(field) && field !== "*"),
    touchProperties: {},
    candidates: [],
    proposed: [],
    lease: undefined,
  };
}

/** Where a forgotten record stands, and what a person has to do about it. */
export function forgottenStanding(
  { whenForgotten = "list" }: KindMapping,
  { forgotten, links }: AccordRecord,
) {
  const because = forgotten?.because ?? "";
  const left = links.find(({ ended }) => !ended);
  if (!left) return { status: "forgotten", statusReason: because } as const;
  const what =
    whenForgotten === "erase"
      ? `its values in Salesforce ${left.object} ${left.id} are being blanked`
      : `Salesforce ${left.object} ${left.id} is left as it is, for a person to decide`;
  return { status: "forgotten", statusReason: `${because}; ${what}` } as const;
}

/** What a forgotten person's Salesforce record is to lose, where the mapping says so. */
export function erasureOf(kind: KindMapping, subject: Subject): { salesforce?: RecordWrite } {
  const seen = livingOn(subject, "salesforce");
  if (kind.whenForgotten !== "erase" || !seen || !activeLink(subject.record, "salesforce"))
    return {};
  const { object, id } = seen.ref;
  const properties = Object.assign({}, ...kind.fields.map((field) => blanked(field, subject)));
  if (Object.keys(properties).length === 0) return {};
  return { salesforce: { recordId: subject.record.id, object, id, properties } };
}

function blanked(field: MappedField, subject: Subject): RecordWrite["properties"] {
  const seen = livingOn(subject, "salesforce");
  const place = seen && field.places[seen.ref.object];
  if (!field.personal || !place || place.readOnly) return {};
  const reading = readField(field, seen);
  const raw = place.codec.write(null);
  if (isRefusal(raw) || (reading.kind === "value" && reading.value === null)) return {};
  return Object.fromEntries(place.properties.map((name, index) => [name, raw[index] ?? null]));
}

/** What a forgotten record says once its erasure was tried: the link ends with the last value. */
export function concludeForgotten(
  kind: KindMapping,
  subject: Subject,
  written: readonly Written[],
  now: string,
): Conclusion {
  const { record } = subject;
  const link = activeLink(record, "salesforce");
  const isBlank =
    written.length > 0
      ? written.every(({ result }) => !result.failed && result.refused.length === 0)
      : Object.keys(erasureOf(kind, subject)).length === 0;
  const isDone = kind.whenForgotten === "erase" && link !== undefined && isBlank;
  const left = isDone ? withoutLink(record, link, "its personal values were blanked", now) : record;
  const events = written.map(({ system, write }) => ({
    what: "erased",
    system,
    field: Object.keys(write.properties).sort().join(" "),
  }));
  return { record: { ...left, ...forgottenStanding(kind, left) }, events };
}
