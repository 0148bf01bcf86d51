import type { Surroundings } from "../kit/surroundings.ts";
import { type DurableMap, type DurableMapOptions, openDurableMap } from "./durable-map.ts";
import type { CrmEvent } from "./webhook-book.ts";

/** What an app wants to find in the journal. An empty list leaves that choice open. */
interface JournalSubscription {
  readonly id: number;
  readonly appId: number;
  readonly subscriptionType: string;
  readonly portalId: number;
  readonly objectTypeId?: string | undefined;
  readonly associatedObjectTypeIds: readonly string[];
  readonly actions: readonly string[];
  readonly properties: readonly string[];
  readonly objectIds: readonly number[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** An event on its way into a file. */
interface JournalEntry {
  readonly sequence: number;
  readonly recordedAtMs: number;
  readonly event: Readonly<Record<string, unknown>>;
  readonly propertyChanges?: Readonly<Record<string, string>>;
}

interface JournalFile {
  readonly offset: string;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly publishedAtMs: number;
}

export interface WebhooksJournal {
  readonly subscriptions: DurableMap<JournalSubscription>;
  /** Notes an event that somebody has subscribed to. */
  record(event: CrmEvent, portalId: number): void;
  /** The files there are, oldest first, once events that waited long enough are published. */
  files(): JournalFile[];
  /** The file as it is downloaded; undefined where there is none, or none any more. */
  download(offset: string): Record<string, unknown> | undefined;
}

/** Events of this long go into one file. HubSpot does not say how long it is (unverified). */
const JOURNAL_GATHERING_MS = 1_000;
/** Source: journal guide, 2026-07. */
const EVENTS_PER_FILE = 10_000;
const KEPT_MS = 3 * 86_400_000;

const ACTIONS: Readonly<Record<CrmEvent["kind"], string>> = {
  creation: "CREATE",
  propertyChange: "UPDATE",
  deletion: "DELETE",
  restore: "RESTORE",
  merge: "MERGE",
  privacyDeletion: "GDPR_DELETE",
  associationChange: "ASSOCIATION_ADDED",
};

type Opening = Omit<DurableMapOptions<never>, "table" | "onChange">;

export function openWebhooksJournal(
  opening: Opening,
  { clock, random }: Pick<Surroundings, "clock" | "random">,
): WebhooksJournal {
  const { journal } = opening;
  const subscriptions = openDurableMap<JournalSubscription>({
    ...opening,
    table: "journal-subscriptions",
  });
  const entries = openDurableMap<JournalEntry>({ ...opening, table: "journal-entries" });
  const published = openDurableMap<JournalFile>({ ...opening, table: "journal-files" });
  // Numbers of events that were taken back, with the request that made them, stay without an entry.
  let last = 0;
  for (const { sequence } of entries.values()) last = Math.max(last, sequence);
  const { publish, expire } = librarian({ entries, published, clock, random, last: () => last });
  const put = (entry: JournalEntry) => entries.set(String(entry.sequence), entry);
  return {
    subscriptions,
    record(event, portalId) {
      if (subscriptions.size === 0 || ![...subscriptions.values()].some(asksFor(event))) return;
      const previous = entries.get(String(last));
      const { propertyName } = event;
      if (propertyName !== undefined && previous && continues(previous, event)) {
        const propertyChanges = { ...previous.propertyChanges, ...changeOf(event) };
        put({ ...previous, propertyChanges });
        return;
      }
      last += 1;
      put({
        sequence: last,
        recordedAtMs: clock.now(),
        event: wireEvent(event, portalId),
        ...(event.kind === "propertyChange" ? { propertyChanges: changeOf(event) } : {}),
      });
    },
    files() {
      journal.transact(() => {
        expire();
        publish();
      });
      return [...published.values()].sort((a, b) => a.firstSequence - b.firstSequence);
    },
    download(offset) {
      const file = published.get(offset);
      if (!file) return undefined;
      const journalEvents = entriesFrom(entries, file).map(({ event, propertyChanges }) => ({
        ...event,
        ...(propertyChanges ? { propertyChanges } : {}),
      }));
      const publishedAt = new Date(file.publishedAtMs).toISOString();
      return { offset, publishedAt, journalEvents };
    },
  };
}

interface Shelves extends Pick<Surroundings, "clock" | "random"> {
  readonly entries: DurableMap<JournalEntry>;
  readonly published: DurableMap<JournalFile>;
  /** The highest sequence number there has been. */
  readonly last: () => number;
}

function entriesFrom(
  entries: DurableMap<JournalEntry>,
  { firstSequence, lastSequence }: Pick<JournalFile, "firstSequence" | "lastSequence">,
): JournalEntry[] {
  const length = lastSequence - firstSequence + 1;
  return Array.from({ length }, (_, at) => entries.get(String(firstSequence + at)) ?? []).flat();
}

/** Publishes what has gathered, and throws away what is three days old. */
function librarian({ entries, published, clock, random, last }: Shelves) {
  const lastPublished = () =>
    Math.max(0, ...[...published.values()].map(({ lastSequence }) => lastSequence));
  const publish = () => {
    const nowMs = clock.now();
    const open = entriesFrom(entries, {
      firstSequence: lastPublished() + 1,
      lastSequence: last(),
    });
    const [oldest] = open;
    if (!oldest || oldest.recordedAtMs + JOURNAL_GATHERING_MS > nowMs) return;
    for (let start = 0; start < open.length; start += EVENTS_PER_FILE) {
      const part = open.slice(start, start + EVENTS_PER_FILE);
      const offset = random.uuid();
      published.set(offset, {
        offset,
        firstSequence: part[0]?.sequence ?? 0,
        lastSequence: part.at(-1)?.sequence ?? 0,
        publishedAtMs: nowMs,
      });
    }
  };
  const expire = () => {
    const oldestMs = clock.now() - KEPT_MS;
    for (const file of [...published.values()]) {
      if (file.publishedAtMs >= oldestMs) continue;
      published.delete(file.offset);
      for (let at = file.firstSequence; at <= file.lastSequence; at += 1)
        entries.delete(String(at));
    }
  };
  return { publish, expire };
}

function actionOf({ kind, details }: CrmEvent): string {
  return kind === "associationChange" && details["associationRemoved"]
    ? "ASSOCIATION_REMOVED"
    : ACTIONS[kind];
}

const SUBSCRIPTION_TYPES: Partial<Record<CrmEvent["kind"], string>> = {
  associationChange: "ASSOCIATION",
  privacyDeletion: "GDPR_PRIVACY_DELETION",
};

function asksFor(event: CrmEvent): (subscription: JournalSubscription) => boolean {
  const { kind, type, propertyName, details } = event;
  const action = actionOf(event);
  return (wanted) => {
    const isOpen = (list: readonly unknown[], value: unknown) =>
      list.length === 0 || list.includes(value);
    if (wanted.subscriptionType !== (SUBSCRIPTION_TYPES[kind] ?? "OBJECT")) return false;
    if (wanted.objectTypeId !== undefined && wanted.objectTypeId !== type.typeId) return false;
    if (!isOpen(wanted.actions, action)) return false;
    if (propertyName !== undefined && !isOpen(wanted.properties, propertyName)) return false;
    return kind === "associationChange"
      ? isOpen(wanted.associatedObjectTypeIds, details["toObjectTypeId"])
      : isOpen(wanted.objectIds, details["objectId"]);
  };
}

/** The values of one write travel together, those of a new record with its creation (unverified). */
function continues({ event }: JournalEntry, { type, details, occurredAtMs }: CrmEvent): boolean {
  return (
    (event["action"] === "UPDATE" || event["action"] === "CREATE") &&
    event["objectTypeId"] === type.typeId &&
    event["objectId"] === details["objectId"] &&
    event["occurredAt"] === new Date(occurredAtMs).toISOString()
  );
}

function changeOf({ propertyName = "", details }: CrmEvent): Record<string, string> {
  return { [propertyName]: String(details["propertyValue"] ?? "") };
}

const ASSOCIATION_KEYS = [
  "fromObjectId",
  "toObjectId",
  "fromObjectTypeId",
  "toObjectTypeId",
  "associationTypeId",
  "associationCategory",
] as const;
const MERGE_KEYS = ["primaryObjectId", "mergedObjectIds", "newObjectId"] as const;

/** Keys as in the journal guide; those of a merge are unverified. */
function wireEvent(event: CrmEvent, portalId: number): Record<string, unknown> {
  const { kind, type, details, occurredAtMs } = event;
  const pick = (keys: readonly string[]) =>
    Object.fromEntries(keys.map((key) => [key, details[key]]));
  const common = {
    portalId,
    occurredAt: new Date(occurredAtMs).toISOString(),
    action: actionOf(event),
  };
  if (kind === "associationChange")
    return {
      type: "association",
      ...common,
      ...pick(ASSOCIATION_KEYS),
      isPrimary: details["isPrimaryAssociation"],
    };
  return {
    type: "crmObject",
    ...common,
    objectTypeId: type.typeId,
    objectId: details["objectId"],
    ...(kind === "merge" ? pick(MERGE_KEYS) : {}),
  };
}
