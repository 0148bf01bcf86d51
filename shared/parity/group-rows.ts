import { createHash } from "node:crypto";
import type { KindMapping } from "../core/mapping/mapping.ts";
import { type Observation, type Ref, refKey } from "../sync/ports.ts";
import { matchKeyText } from "../sync/record-store.ts";
import { matchKeysOf, type World } from "../sync/subject.ts";
import type { Block, ParityRow, TieRow } from "./row.ts";
import { countOf } from "./sums.ts";
import { NO_TALLY, type Tally } from "./tally.ts";

/**
 * What CRM records stand under, in the order of identity (I1): our record that holds them; else the one that
 * they name; else the one that holds a value by which they are known; else that value; else nothing but
 * themselves. So the two sides of a pair meet, whether Accord knows of it or not.
 */
export async function keysOf(
  { store }: Pick<World, "store">,
  kind: KindMapping,
  seen: readonly Observation[],
): Promise<ReadonlyMap<string, string>> {
  const values = seen.map((one) => matchKeysOf(kind, one));
  const holders = await store.holders(
    seen.map(({ ref }) => ref),
    values.flat(),
  );
  return new Map(
    seen.map(({ ref, accordId }, index) => {
      const texts = (values[index] ?? []).map(matchKeyText);
      const [holder] = texts.flatMap((name) => holders.get(name) ?? []);
      const id = holders.get(refKey(ref)) ?? accordId ?? holder;
      return [refKey(ref), hashed(id ?? texts[0] ?? refKey(ref))];
    }),
  );
}

/** The keys of refs of which nothing is known but what holds them. */
export async function keysOfRefs(
  { store }: Pick<World, "store">,
  refs: readonly Ref[],
): Promise<ReadonlyMap<string, string>> {
  const holders = await store.holders(refs, []);
  return new Map(refs.map((ref) => [refKey(ref), hashed(holders.get(refKey(ref)) ?? refKey(ref))]));
}

const KEY_LENGTH = 32;

/** Hashed: an e-mail address is personal data. Evenly spread, too. */
function hashed(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, KEY_LENGTH);
}

export function partOf(key: string): string {
  return key.slice(0, 1);
}

/** CRM records that stand under one key. */
export interface Group {
  readonly key: string;
  readonly rows: readonly ParityRow[];
  /** Relations of its opportunities, by `refKey`: all that any page told. */
  readonly related: ReadonlyMap<string, Readonly<Record<string, readonly string[]>>>;
}

/** By key, in order. A record that moved while it was read was read twice: the later row counts. */
export function groupsOf(blocks: readonly Block[]): Group[] {
  const rows = new Map<string, ParityRow>();
  for (const row of blocks.flatMap((block) => block.rows)) {
    const before = rows.get(refKey(row.ref));
    if (!before || before.modifiedAtMs <= row.modifiedAtMs) rows.set(refKey(row.ref), row);
  }
  const related = relatedIn(blocks.flatMap(({ ties }) => ties));
  return [...Map.groupBy(rows.values(), ({ key }) => key)]
    .map(([key, all]) => ({ key, rows: all, related: related.get(key) ?? new Map() }))
    .sort((one, other) => (one.key < other.key ? -1 : 1));
}

/** How many records they hold. */
export function readIn(groups: readonly Group[]): Tally {
  const { hubspot = 0, salesforce = 0 } = countOf(
    groups.flatMap(({ rows }) => rows.map(({ ref }) => ref.system)),
  );
  return { ...NO_TALLY, read: { hubspot, salesforce } };
}

function relatedIn(ties: readonly TieRow[]) {
  const byKey = new Map<string, Map<string, Record<string, readonly string[]>>>();
  for (const { key, ref, related } of ties) {
    const byRef = byKey.get(key) ?? new Map<string, Record<string, readonly string[]>>();
    byKey.set(key, byRef);
    const all = byRef.get(refKey(ref)) ?? {};
    byRef.set(refKey(ref), all);
    for (const [object, ids] of Object.entries(related))
      all[object] = [...new Set([...(all[object] ?? []), ...ids])];
  }
  return byKey;
}
