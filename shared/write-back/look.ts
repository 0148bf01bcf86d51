import type { WrittenRecord } from "../core/write-back/changes.ts";
import { type Figures, onlySum, opportunityFigures } from "../core/write-back/figures.ts";
import { valuesAt } from "../core/write-back/values.ts";
import { type Target, targetText } from "../core/write-back/write-back.ts";
import { inParallel } from "../sync/in-parallel.ts";
import type { Ref } from "../sync/ports.ts";
import type { AccordRecord } from "../sync/record.ts";
import type { Refusal, WriteBackRun, WriteBackWorld } from "./ports.ts";

/** A target as it is to stand in the CRMs, and as it was written last. */
export interface Looked {
  readonly target: Target;
  /** Itself, and the records that it goes on for: their credits are its own (I4). */
  readonly members: readonly Target[];
  readonly wanted: readonly WrittenRecord[];
  readonly written: readonly WrittenRecord[];
  /** What we refuse ourselves. */
  readonly refusals: readonly Refusal[];
}

/** Merges of merges of merges; more than this are a bug. */
const MOST_MERGES = 20;

/** Looks at targets: what is credited to them, which CRM records they are, and what was written there. */
export async function lookAt(
  world: WriteBackWorld,
  run: WriteBackRun,
  targets: readonly Target[],
): Promise<Looked[]> {
  const records = await loadRecords(world, targets);
  const survivors = new Map(
    targets.map((target) => {
      const lives = survivorOf(records, target);
      return [targetText(lives), lives] as const;
    }),
  );
  const grouped = [...survivors.values()].map((target) => ({
    target,
    members: membersOf(records, target, targets),
  }));
  const written = await world.figures.written(grouped.flatMap(({ members }) => members));
  return inParallel(grouped, async ({ target, members }) => {
    const figures = await figuresOf(world, run, { target, members });
    return {
      ...{ target, members },
      written: members.flatMap((one) => written.get(targetText(one)) ?? []),
      ...wantedAt(world, run, { refs: refsOf(target, records.get(target.id)), target, figures }),
    };
  });
}

async function loadRecords(world: WriteBackWorld, targets: readonly Target[]) {
  const all = new Map<string, AccordRecord>();
  let asked = targets.flatMap(({ kind, id }) => (kind === "campaign" ? [] : [{ kind, id }]));
  for (let round = 0; asked.length > 0 && round < MOST_MERGES; round += 1) {
    const found = await world.records.load(asked);
    for (const [id, record] of found) all.set(id, record);
    asked = [...found.values()].flatMap(({ kind, mergedInto: id }) =>
      id === undefined || all.has(id) || kind !== "person" ? [] : [{ kind: "person" as const, id }],
    );
  }
  return all;
}

function survivorOf(records: ReadonlyMap<string, AccordRecord>, target: Target): Target {
  let lives = target;
  for (let round = 0; round < MOST_MERGES; round += 1) {
    const id = target.kind === "person" ? records.get(lives.id)?.mergedInto : undefined;
    if (id === undefined || !records.has(id)) return lives;
    lives = { kind: target.kind, id };
  }
  return lives;
}

function membersOf(
  records: ReadonlyMap<string, AccordRecord>,
  target: Target,
  targets: readonly Target[],
): Target[] {
  if (target.kind !== "person") return [target];
  const led = targets.filter(
    (one) => one.kind === "person" && survivorOf(records, one).id === target.id,
  );
  const ids = [
    target.id,
    ...(records.get(target.id)?.mergedFrom ?? []),
    ...led.map(({ id }) => id),
  ];
  return [...new Set(ids)].map((id) => ({ kind: "person", id }));
}

async function figuresOf(
  world: WriteBackWorld,
  run: WriteBackRun,
  { target, members }: Pick<Looked, "target" | "members">,
): Promise<Figures> {
  if (target.kind === "opportunity")
    return opportunityFigures(await world.credits.creditsOf(target.id, run));
  const sums = await inParallel(members, (one) => world.figures.sharesOf(one));
  return { corporate: onlySum(sums.flat()) };
}

function refsOf({ kind, id }: Target, record: AccordRecord | undefined): readonly Ref[] {
  if (kind === "campaign") return [{ system: "salesforce", object: "Campaign", id }];
  return record?.links.filter(({ ended }) => ended === undefined) ?? [];
}

function wantedAt(
  world: WriteBackWorld,
  { model, version }: WriteBackRun,
  {
    target,
    figures,
    refs,
  }: { readonly target: Target; readonly figures: Figures; readonly refs: readonly Ref[] },
): Pick<Looked, "wanted" | "refusals"> {
  const told = refs.flatMap(({ system, object, id }) => {
    const place = world.settings.places.find(
      (one) => one.kind === target.kind && one.system === system && one.object === object,
    );
    if (!place) return [];
    const { values, problems } = valuesAt(place, figures, `${model}@${version}`);
    return [{ record: { system, object, id, values }, problems }];
  });
  return {
    wanted: told.map(({ record }) => record),
    refusals: told.flatMap(({ record: { system, object, id }, problems }) =>
      problems.map((problem) => ({ system, object, id, ...problem })),
    ),
  };
}
