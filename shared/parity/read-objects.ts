import type { KindMapping } from "../core/mapping/mapping.ts";
import { type ChangedRow, type Ref, refKey } from "../sync/ports.ts";
import { kindOf } from "../sync/subject.ts";
import { closeReading } from "./close-piece.ts";
import { keysOf, keysOfRefs, partOf } from "./group-rows.ts";
import { PARTS, type SweepMessage, type SweepWorld } from "./ports.ts";
import { type Block, digestsOf, seenIn, type TieRow } from "./row.ts";

type ReadMessage = Extract<SweepMessage, { step: "parity-read" }>;
type RelationsMessage = Extract<SweepMessage, { step: "parity-relations" }>;

/** Where contact roles are read, which are no records of ours, but relations of one. */
export const ROLES = { system: "salesforce", object: "OpportunityContactRole" } as const;

/** The piece of a sweep that reads an object. */
export function readingOf({ system, object }: Pick<Ref, "system" | "object">): string {
  return `read ${system} ${object}`;
}

/** The piece of a sweep that reads the relations of an object. */
export function relationsOf({ system, object }: Pick<Ref, "system" | "object">): string {
  return `read ${system} ${object} relations`;
}

/** Reads one page of an object, and keeps of each record what tells whether two are the same. */
export async function readPage(at: SweepWorld, message: ReadMessage): Promise<void> {
  const { sweeps, queue, world } = at;
  const { sweep: id, system, object, cursor } = message;
  const sweep = await sweeps.loadSweep(id);
  if (sweep?.state === "comparing") await closeReading(at, sweep, readingOf(message));
  if (sweep?.state !== "reading") return;
  const page = await world.crms[system].changedSince(object, cursor);
  const kind = kindOf(world.mapping, { system, object });
  const ties = page.rows.flatMap((row) => tieOf({ system, object, id: row.id }, row));
  const owner = kind?.kind ?? "opportunity";
  const block = kind
    ? await blockOf(at, kind, { system, object }, page.rows, ties)
    : { rows: [], ties: await keyed(at, ties) };
  const { modifiedAtMs, id: after, bulk = "" } = cursor ?? { modifiedAtMs: 0, id: "" };
  const name = `${readingOf(message)} ${modifiedAtMs} ${after} ${bulk}`.trimEnd();
  await keepParts(at, { sweep: id, kind: owner, page: name }, block);
  const rows = message.rows + page.rows.length;
  await sweeps.countRows(id, readingOf(message), rows);
  await sweeps.countCalls(id, at.callsSinceLast());
  if (page.next) await queue.send([{ ...message, cursor: page.next, rows, attempt: 0 }], 0);
  else await closeReading(at, sweep, readingOf(message));
}

async function blockOf(
  { world }: SweepWorld,
  kind: KindMapping,
  { system, object }: Pick<Ref, "system" | "object">,
  rows: readonly ChangedRow[],
  ties: readonly Untied[],
): Promise<Block> {
  const living = rows.filter(isThere).map((row) => seenIn({ system, object, id: row.id }, row));
  const keys = await keysOf(world, kind, living);
  const keyOf = (ref: Ref) => keys.get(refKey(ref)) ?? "";
  return {
    rows: living.map((seen) => ({
      ref: seen.ref,
      key: keyOf(seen.ref),
      modifiedAtMs: seen.modifiedAtMs,
      ...(seen.accordId === undefined ? {} : { accordId: seen.accordId }),
      digests: digestsOf(kind, seen),
    })),
    ties: ties.map((tie) => ({ ...tie, key: keyOf(tie.ref) })),
  };
}

/** A deleted row, or one that lives on as another, tells no property at all. */
function isThere({ evidence }: ChangedRow): boolean {
  return Object.keys(evidence).length > 0;
}

type Untied = Omit<TieRow, "key">;

/** What a row tells of an opportunity's relations: its own, or those that it makes. */
function tieOf(ref: Ref, { related, relates }: ChangedRow): Untied[] {
  if (related) return [{ ref, related }];
  if (!relates?.seen.present) return [];
  const { opportunity, seen } = relates;
  return [{ ref: opportunity, related: { [seen.object]: [seen.id] } }];
}

async function keyed({ world }: SweepWorld, ties: readonly Untied[]): Promise<TieRow[]> {
  const keys = await keysOfRefs(
    world,
    ties.map(({ ref }) => ref),
  );
  return ties.map((tie) => ({ ...tie, key: keys.get(refKey(tie.ref)) ?? "" }));
}

async function keepParts(
  { sweeps }: SweepWorld,
  { page, ...of }: { readonly sweep: string; readonly kind: string; readonly page: string },
  { rows, ties }: Block,
): Promise<void> {
  const isIn = (part: string) => (row: { readonly key: string }) => partOf(row.key) === part;
  for (const part of PARTS) {
    const block = { rows: rows.filter(isIn(part)), ties: ties.filter(isIn(part)) };
    if (block.rows.length + block.ties.length > 0)
      await sweeps.keepBlock({ ...of, part }, page, block);
  }
}

/** Reads the next opportunities with all relations of each, where polls do not tell of them. */
export async function readRelations(at: SweepWorld, message: RelationsMessage): Promise<void> {
  const { sweeps, queue, world } = at;
  const { sweep: id, system, object, after } = message;
  const sweep = await sweeps.loadSweep(id);
  if (sweep?.state === "comparing") await closeReading(at, sweep, relationsOf(message));
  if (sweep?.state !== "reading") return;
  const page = await world.crms[system].relationsAfter?.(object, after);
  const found = page?.rows ?? [];
  const ties = await keyed(
    at,
    found.map((row) => ({ ref: { system, object, id: row.id }, related: row.related })),
  );
  const name = `${relationsOf(message)} ${after ?? ""}`;
  await keepParts(at, { sweep: id, kind: "opportunity", page: name }, { rows: [], ties });
  const rows = message.rows + found.length;
  await sweeps.countRows(id, relationsOf(message), rows);
  await sweeps.countCalls(id, at.callsSinceLast());
  if (page?.next !== undefined)
    await queue.send([{ ...message, after: page.next, rows, attempt: 0 }], 0);
  else await closeReading(at, sweep, relationsOf(message));
}
