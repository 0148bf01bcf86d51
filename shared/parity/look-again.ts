import type { KindMapping } from "../core/mapping/mapping.ts";
import { SYSTEMS, type System } from "../core/reconcile/system.ts";
import { dryWorld } from "../runs/dry-world.ts";
import type { Work } from "../sync/decide-records.ts";
import { linkedRefs, recordsOf } from "../sync/gather.ts";
import { type Crm, type Hint, type Ref, refKey } from "../sync/ports.ts";
import { reconcileHints } from "../sync/reconcile-hints.ts";
import type { AccordRecord } from "../sync/record.ts";
import type { World } from "../sync/subject.ts";
import type { Group } from "./group-rows.ts";

/** What both CRMs say now of the records of some groups, and what would be decided about them. */
export interface Fresh {
  /** What is kept of each CRM record, by `refKey`. */
  readonly kept: ReadonlyMap<string, AccordRecord>;
  /** By `refKey` of the CRM records that are there. */
  readonly works: ReadonlyMap<string, Work>;
  /** By `refKey`: another worker is at it, or it waits for another. */
  readonly busy: ReadonlySet<string>;
  /** By `refKey`: deleted since it was read, or living on as another record. */
  readonly gone: ReadonlySet<string>;
}

/** Reads both sides anew, and decides without doing anything: nothing is reported that is over by now. */
export async function lookAfresh(
  world: World,
  kind: KindMapping,
  groups: readonly Group[],
): Promise<Fresh> {
  const refs = groups.flatMap(({ rows }) => rows.map(({ ref }) => ref));
  const kept = await recordsOf(world, kind, refs);
  const all = [...refs, ...linkedRefs([...new Set(kept.values())])];
  const unique = new Map(all.map((ref: Ref) => [refKey(ref), ref]));
  const hints = [...unique.values()].map((ref): Hint => ({ ref, because: "parity is checked" }));
  const works = new Map<string, Work>();
  const gone = new Set<string>();
  const dry = dryWorld(world);
  const crms = {
    hubspot: noting(gone, dry.crms.hubspot),
    salesforce: noting(gone, dry.crms.salesforce),
  };
  const { postponed } = await reconcileHints({ ...dry, crms }, hints, {
    permit: async (_kind, decided) => {
      for (const work of decided)
        for (const system of SYSTEMS) {
          const seen = work.subject.seen[system];
          if (seen) works.set(refKey(seen.ref), work);
        }
      return [];
    },
  });
  const busy = new Set(postponed.map(({ hint }) => refKey(hint.ref)));
  return { kept, works, busy, gone };
}

/** Takes down what a CRM says is gone. */
function noting(gone: Set<string>, crm: Crm): Crm {
  return {
    ...crm,
    async observe(refs) {
      const observed = await crm.observe(refs);
      for (const seen of observed.values())
        if (seen.gone || seen.continuedAs !== undefined) gone.add(refKey(seen.ref));
      return observed;
    },
  };
}

/** Edits of so long ago are told of, and worked off: what still differs differs for good. */
export const SETTLED_MS = 120_000;

/** Whether one of its sides was edited a moment ago. */
export function isMoving({ now }: Pick<World, "now">, { subject: { seen } }: Work): boolean {
  return SYSTEMS.some((system: System) => (seen[system]?.modifiedAtMs ?? 0) > now() - SETTLED_MS);
}
