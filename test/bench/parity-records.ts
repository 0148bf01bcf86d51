/**
 * Makes our records of clean pairs, as a first load makes them: the same look, at CRMs that answer what
 * the simulators hold. In a process of its own, so that the sweep's memory is the sweep's alone.
 *
 * node test/bench/parity-records.ts FILE PAIRS
 */
import { randomUUID } from "node:crypto";
import { mapping } from "../../shared/config/mapping.ts";
import { SYSTEMS } from "../../shared/core/reconcile/system.ts";
import { type Observation, type Ref, refKey } from "../../shared/sync/ports.ts";
import { reconcileHints } from "../../shared/sync/reconcile-hints.ts";
import { fileMaps } from "../support/kept-map.ts";
import { memoryRecordStore } from "../support/memory-record-store.ts";
import { stillCrm } from "../support/sync-builders.ts";
import { type CleanPair, cleanPairs, sizesOf } from "./parity-data.ts";

const AT_A_TIME = 200;

function* batches(pairs: Iterable<CleanPair>): Generator<CleanPair[]> {
  let batch: CleanPair[] = [];
  for (const pair of pairs) {
    if (batch.length === AT_A_TIME || (batch[0] && batch[0].kind !== pair.kind)) {
      yield batch;
      batch = [];
    }
    batch.push(pair);
  }
  if (batch.length > 0) yield batch;
}

async function makeRecords(file: string, pairs: number): Promise<void> {
  const store = memoryRecordStore(fileMaps(file));
  let known = new Map<string, Observation>();
  const observe = async (refs: readonly Ref[]) =>
    new Map(
      refs.map((ref) => {
        const seen = known.get(refKey(ref));
        if (!seen) throw new Error(`${refKey(ref)} is not of this batch`);
        return [refKey(ref), seen] as const;
      }),
    );
  const world = {
    mapping,
    crms: {
      hubspot: { ...stillCrm("hubspot", []), observe },
      salesforce: { ...stillCrm("salesforce", []), observe },
    },
    store,
    queue: {
      send: async (hints: unknown) => {
        throw new Error(`a clean pair asks for more: ${JSON.stringify(hints)}`);
      },
    },
    mode: "sync",
    now: Date.now,
    newId: randomUUID,
    leaseMs: () => 60_000,
  } as const;
  for (const batch of batches(cleanPairs(sizesOf(pairs)))) {
    const sides = batch.flatMap(({ hubspot, salesforce }) => [hubspot.seen, salesforce.seen]);
    known = new Map(sides.map((seen) => [refKey(seen.ref), seen]));
    // An opportunity is known by our id alone, and that is looked up in the records.
    for (const told of batch[0]?.kind === "opportunity" ? SYSTEMS : [undefined]) {
      const refs = sides.map(({ ref }) => ref).filter(({ system }) => (told ?? system) === system);
      const { postponed } = await reconcileHints(
        world,
        refs.map((ref) => ({ ref })),
      );
      if (postponed.length > 0) throw new Error(JSON.stringify(postponed[0]));
    }
  }
}

const [, , file = "", pairs = ""] = process.argv;
const startedMs = performance.now();
await makeRecords(file, Number(pairs));
console.log(`${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
