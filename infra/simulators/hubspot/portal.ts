import { z } from "zod";
import type { Clock } from "../kit/clock.ts";
import type { PassingState } from "../kit/passing-state.ts";
import type { Random } from "../kit/random.ts";
import type { StateOptions } from "../kit/replaceable-state.ts";
import type { DelayRange } from "../kit/serve.ts";
import { type Associations, openAssociations } from "./associations.ts";
import { type Currencies, openCurrencies } from "./currencies.ts";
import { type Definitions, openDefinitions } from "./definitions.ts";
import { type DurableMap, openDurableMap, readStoredRows } from "./durable-map.ts";
import { openJournal } from "./journal.ts";
import type { ObjectStore } from "./object-store.ts";
import { openStores } from "./object-stores.ts";
import type { ObjectType } from "./object-type.ts";
import { type ObjectTypes, openObjectTypes } from "./object-types.ts";
import { openPipelines, type Pipelines } from "./pipelines.ts";
import type { Refusal } from "./refusal.ts";
import type { RequiredRules } from "./required-rules.ts";
import type { ChangeSource } from "./stored-record.ts";
import type { ValueRule } from "./value-rules.ts";
import { openWebhookBook, type WebhookBook } from "./webhook-book.ts";
import { openWebhooksJournal, type WebhooksJournal } from "./webhooks-journal.ts";

/** The account and the app that a caller of this simulator acts as. */
export const PORTAL_ID = 62_515_001;
export const APP_ID = 4_242_001;

/** Ids start here, so that they look like HubSpot's and are not taken for array positions. */
const FIRST_ID = 20_000_000_001;

/**
 * How long a change takes to become searchable, drawn anew for each, so that some overtake others.
 * HubSpot says "a few moments" (search guide, 2026-04); the figures are this simulator's own.
 */
const DEFAULT_SEARCH_LAG: DelayRange = { minMs: 1_000, maxMs: 5_000 };

interface Owner {
  readonly id: string;
  readonly email?: string;
  readonly type: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly userId?: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archived: boolean;
}

/** API record writes that took effect, by what they did. A write that fails is not counted. */
type WriteCounts = {
  creates: number;
  updates: number;
  archives: number;
  associations: number;
};

/** One request that changes something: when it happens, and who it says it is. */
export interface Write {
  readonly portal: Portal;
  readonly atMs: number;
  readonly source: ChangeSource;
  /** Whether the rules that an admin has set on records apply to this request. */
  readonly meetsAdminRules: boolean;
}

type AdminRules = "ruled" | "unruled";

/** A HubSpot account. */
export interface Portal {
  readonly clock: Clock;
  readonly random: Random;
  readonly objectTypes: ObjectTypes;
  readonly definitions: Definitions;
  readonly associations: Associations;
  readonly pipelines: Pipelines;
  readonly currencies: Currencies;
  readonly owners: DurableMap<Owner>;
  readonly webhooks: WebhookBook;
  readonly webhooksJournal: WebhooksJournal;
  readonly writes: WriteCounts;
  store(type: ObjectType): ObjectStore;
  /** Ids that a merge has retired, `plural/id`, and the id that answers for them now. */
  readonly redirects: DurableMap<string>;
  /** Hashes of the e-mail addresses that a deletion for privacy has ruled out. */
  readonly blockedEmails: DurableMap<true>;
  /** What an admin requires of each object, by its plural name. */
  readonly requiredRules: DurableMap<RequiredRules>;
  /** An admin's rules on values, by `plural/property`. */
  readonly valueRules: DurableMap<readonly ValueRule[]>;
  newId(): string;
  /** All that `work` does, or nothing where it throws. */
  write<Result>(source: ChangeSource, work: (write: Write) => Result, rules?: AdminRules): Result;
  /** As `write`, for what is no change that HubSpot would stamp: seeding, the webhooks' own books. */
  unstamped<Result>(work: () => Result): Result;
  /** Inside `write`: a part that may be refused without taking the rest with it. */
  attempt<Result>(work: () => Result): Result | Refusal;
  count(kind: keyof WriteCounts): void;
  isEmpty(): boolean;
}

export function openPortal(
  { rows, around, passing }: Pick<StateOptions, "rows" | "around" | "passing">,
  searchLag: DelayRange = DEFAULT_SEARCH_LAG,
): Portal {
  const journal = openJournal(rows);
  const opening = { journal, stored: readStoredRows(rows) };
  const definitions = openDefinitions(opening);
  const { clock, random } = around;
  let isWriting = false;
  const searching = {
    now: clock.now,
    searchableAtMs: () => (isWriting ? clock.now() + lagOf(searchLag, random) : undefined),
  };
  const objectTypes = openObjectTypes(opening);
  const stores = openStores({ ...opening, objectTypes, definitions, searching, passing });
  const writes: WriteCounts = { creates: 0, updates: 0, archives: 0, associations: 0 };
  const nextStampMs = newStamps(clock, passing, stores.all());
  const newId = newIdSource(passing, stores.all);
  const webhooksJournal = openWebhooksJournal(opening, around);
  const portal: Portal = {
    clock,
    random,
    objectTypes,
    definitions,
    associations: openAssociations(opening),
    pipelines: openPipelines(opening),
    currencies: openCurrencies(opening),
    owners: openDurableMap({ ...opening, table: "owners" }),
    webhooks: openWebhookBook(opening, around, webhooksJournal.record),
    webhooksJournal,
    redirects: openDurableMap({ ...opening, table: "redirects" }),
    blockedEmails: openDurableMap({ ...opening, table: "blocked-emails" }),
    requiredRules: openDurableMap({ ...opening, table: "required-rules" }),
    valueRules: openDurableMap({ ...opening, table: "value-rules" }),
    writes,
    store: stores.of,
    newId,
    write: (source, work, rules = "unruled") => {
      const atMs = nextStampMs();
      isWriting = searchLag.maxMs > 0;
      try {
        return journal.transact(() =>
          work({ portal, atMs, source, meetsAdminRules: rules === "ruled" }),
        );
      } finally {
        isWriting = false;
      }
    },
    unstamped: journal.transact,
    attempt: journal.attempt,
    count: (kind) => {
      writes[kind] += 1;
      journal.noteUndo(() => {
        writes[kind] -= 1;
      });
    },
    isEmpty: () => [...stores.all()].every(({ size }) => size === 0),
  };
  return portal;
}

function lagOf({ minMs, maxMs }: DelayRange, random: Random): number {
  return minMs === maxMs ? minMs : random.int(minMs, maxMs + 1);
}

/**
 * One millisecond per writing request, never the same one twice, and never back in time: records
 * of one batch share their stamp, as HubSpot's do, and those of a later request always come after.
 */
function newStamps(
  clock: Clock,
  passing: PassingState,
  stores: Iterable<ObjectStore>,
): () => number {
  let lastMs = 0;
  for (const store of stores)
    for (const { updatedAtMs } of store.values()) lastMs = Math.max(lastMs, updatedAtMs);
  passing.keep("last-stamp", {
    schema: z.number(),
    read: () => lastMs,
    write: (ms) => {
      lastMs = ms;
    },
  });
  return () => {
    lastMs = Math.max(clock.now(), lastMs + 1);
    return lastMs;
  };
}

/** Counts on from the largest id stored, and past any that a seed has brought since. */
function newIdSource(passing: PassingState, stores: () => Iterable<ObjectStore>): () => string {
  const isTaken = (id: number) => [...stores()].some((store) => store.get(String(id)));
  let lastId = FIRST_ID - 1;
  for (const store of stores())
    for (const { id } of store.values()) lastId = Math.max(lastId, Number(id));
  passing.keep("last-id", {
    schema: z.number(),
    read: () => lastId,
    write: (id) => {
      lastId = id;
    },
  });
  return () => {
    do lastId += 1;
    while (isTaken(lastId));
    return String(lastId);
  };
}
