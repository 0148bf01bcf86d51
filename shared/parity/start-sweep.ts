import type { Kind } from "../core/reconcile/system.ts";
import { nowText, type World } from "../sync/subject.ts";
import { comparingOf } from "./close-piece.ts";
import { PARTS, type SweepMessage, type SweepWorld } from "./ports.ts";
import { ROLES, readingOf, relationsOf } from "./read-objects.ts";
import type { Sweep } from "./sweep.ts";

/** What is needed to start a sweep: no CRM is spoken to. */
export type SweepDesk = Pick<SweepWorld, "sweeps" | "queue"> & {
  readonly world: Pick<World, "mapping" | "now">;
};

export interface SweepRequest {
  /** A name that no other sweep has; asked for twice, it is one sweep. */
  readonly id: string;
  /** All that are mapped, where none is named. */
  readonly kinds?: readonly Kind[];
  readonly repair: boolean;
  readonly by: string;
  readonly because: string;
}

/** Starts to compare both CRMs, whole; what is found can be read some time later. */
export async function startSweep(
  desk: SweepDesk,
  asked: SweepRequest,
): Promise<Sweep | { readonly refused: "bad"; readonly reason: string }> {
  const { world, sweeps, queue } = desk;
  const { mapping } = world;
  const known = mapping.kinds.map(({ kind }) => kind);
  const { kinds = known, ...rest } = asked;
  const stranger = kinds.find((kind) => !known.includes(kind));
  if (stranger !== undefined || kinds.length === 0)
    return {
      refused: "bad",
      reason: `there is no object ${stranger ?? ""}; there are ${known.join(", ")}`,
    };
  const sweep: Sweep = {
    ...rest,
    kinds: known.filter((kind) => kinds.includes(kind)),
    startedAt: nowText(world),
    mappingVersion: mapping.version,
    state: "reading",
    rows: {},
    calls: { hubspot: 0, salesforce: 0 },
  };
  const readings = readingsOf(desk, sweep);
  const comparings = sweep.kinds.flatMap((kind) => PARTS.map((part) => comparingOf(kind, part)));
  await sweeps.addSweep(sweep, [...readings.map(({ piece }) => piece), ...comparings]);
  await queue.send(
    readings.map(({ message }) => message),
    0,
  );
  return sweep;
}

interface Reading {
  readonly piece: string;
  readonly message: SweepMessage;
}

/** All objects of the kinds, and what tells of an opportunity's relations on each side. */
function readingsOf({ world }: SweepDesk, { id, kinds }: Sweep): Reading[] {
  const objects = world.mapping.kinds
    .filter(({ kind }) => kinds.includes(kind))
    .flatMap((kind) => kind.objects)
    .map(({ system, object }) => ({ system, object }));
  const hasOpportunities = kinds.includes("opportunity");
  const read = [...objects, ...(hasOpportunities ? [ROLES] : [])].map(
    (of): Reading => ({
      piece: readingOf(of),
      message: { step: "parity-read", sweep: id, ...of, rows: 0, attempt: 0 },
    }),
  );
  const deals = { system: "hubspot", object: "deals" } as const;
  if (!hasOpportunities) return read;
  const message = { step: "parity-relations", sweep: id, ...deals, rows: 0, attempt: 0 } as const;
  return [...read, { piece: relationsOf(deals), message }];
}
