import type { KindMapping } from "../core/mapping/mapping.ts";
import { SYSTEMS } from "../core/reconcile/system.ts";
import type { Outcome, Overseer } from "../sync/carry-out.ts";
import type { Work } from "../sync/decide-records.ts";
import { type Hint, type Ref, refKey } from "../sync/ports.ts";
import { reconcileHints } from "../sync/reconcile-hints.ts";
import type { AccordRecord } from "../sync/record.ts";
import { differenceFrom } from "./compare-item.ts";
import { doneOf, oneAfterTheOther } from "./done-of.ts";
import { changesOf, digestOf, itemOf } from "./item-of.ts";
import { overtaken } from "./overtaken.ts";
import type { Plan, PlannedChange } from "./plan.ts";
import type { RunWorld } from "./ports.ts";
import { restricted } from "./read-plan.ts";
import type { Journal, KeptItem } from "./run.ts";

/** Items with what became of them, and those that have to be looked at once more. */
export interface Applied {
  readonly items: readonly KeptItem[];
  readonly later: readonly KeptItem[];
}

/**
 * Does to these items exactly what was planned, and nothing else. Each is decided anew, as ever; where that
 * is not what was planned, nothing is written, and the item says what moved. What is about to be written,
 * and what stands there, is kept before it is sent, so that it can be taken back after a crash, too.
 */
export async function applyItems(
  at: RunWorld,
  plan: Plan,
  items: readonly KeptItem[],
): Promise<Applied> {
  const clerk = new Clerk(at, plan, items);
  const { postponed } = await reconcileHints(at.world, hintsOf(plan, items), clerk);
  return clerk.conclude(new Set(postponed.map(({ hint }) => refKey(hint.ref))));
}

/** What makes the items of a plan be looked at. */
export function hintsOf(plan: Plan, items: readonly KeptItem[]): Hint[] {
  return items.flatMap(({ refs }) => refs.map((ref) => ({ ref, because: `run of ${plan.id}` })));
}

/** Holds each decision against its item, and writes down what is done. */
class Clerk implements Overseer {
  readonly #at: RunWorld;
  readonly #plan: Plan;
  readonly #items: Map<string, KeptItem>;
  readonly #keyOf: ReadonlyMap<string, string>;
  readonly #settled = new Set<string>();
  readonly #again = new Set<string>();

  constructor(at: RunWorld, plan: Plan, items: readonly KeptItem[]) {
    this.#at = at;
    this.#plan = plan;
    this.#items = new Map(items.map((item) => [item.key, item]));
    this.#keyOf = new Map(items.flatMap(({ key, refs }) => refs.map((ref) => [refKey(ref), key])));
  }

  permit = async (kind: KindMapping, works: readonly Work[]): Promise<readonly Work[]> => {
    const cleared: Work[] = [];
    const against = new Map<Work, KeptItem>();
    const { world, runs } = this.#at;
    const ends = await loadEnds(this.#at, works);
    for (const one of works) {
      const item = this.#itemOf(one);
      if (!item) continue;
      const work = restricted(world, kind, one, this.#plan.request);
      const decided = itemOf(kind, work);
      const reason =
        digestOf(kind, item) === item.digest
          ? differenceFrom(item, decided, { kind, relations: work.relations, ends })
          : "it was edited after it was planned";
      if (reason !== undefined) {
        against.set(one, { ...item, state: "refused", reason });
        continue;
      }
      if (decided.changes.length + decided.relations.length === 0) continue;
      // Whoever asked for a run asks for what another run took back, too.
      work.subject.record = released(work.subject.record);
      this.#set({ ...item, state: "applying", journal: journalOf(kind, item, work) });
      cleared.push(work);
    }
    const again = await overtaken(world, kind, [...against.keys()]);
    for (const [work, item] of against)
      if (again.has(work)) this.#again.add(item.key);
      else this.#set(item);
    // Before anything is sent.
    await runs.keepItems(this.#plan, this.#kept("applying", "refused"));
    return cleared;
  };

  told = async (_kind: KindMapping, outcomes: readonly Outcome[]): Promise<void> => {
    for (const outcome of outcomes) {
      const item = this.#itemOf(outcome);
      if (!item || item.state === "refused" || this.#again.has(item.key)) continue;
      if (!outcome.done) continue;
      this.#settled.add(item.key);
      this.#set(afterwards(item, outcome));
    }
  };

  /** Refused are those that nothing was heard of: they are gone, or no longer what they were. */
  conclude(postponed: ReadonlySet<string>): Applied {
    const later: KeptItem[] = [];
    const items = [...this.#items.values()].map((item): KeptItem => {
      if (this.#settled.has(item.key) || item.state === "refused") return item;
      if (this.#again.has(item.key) || item.refs.some((ref) => postponed.has(refKey(ref)))) {
        later.push(item);
        return item;
      }
      return { ...item, state: "refused", reason: "it is not there any more" };
    });
    return { items, later };
  }

  #itemOf({ subject }: Pick<Work, "subject">): KeptItem | undefined {
    const seen = SYSTEMS.flatMap((system) => subject.seen[system]?.ref ?? []);
    const refs = [...seen, ...subject.record.links, ...subject.hints.map(({ ref }) => ref)];
    const key = refs.flatMap((ref: Ref) => this.#keyOf.get(refKey(ref)) ?? [])[0];
    return key === undefined ? undefined : this.#items.get(key);
  }

  #set(item: KeptItem): void {
    this.#items.set(item.key, item);
  }

  #kept(...states: readonly KeptItem["state"][]): KeptItem[] {
    return [...this.#items.values()].filter(({ state }) => states.includes(state));
  }
}

function released({ heldBy: _, ...record }: AccordRecord): AccordRecord {
  return record;
}

/** An item that was cleared before, by a worker that died, is taken back to where it was before that. */
function journalOf(kind: KindMapping, item: KeptItem, work: Work): Journal {
  const { before, record, seen } = work.subject;
  const { journal } = item;
  const relations = (work.relations?.writes ?? []).map(({ system, relation, action, otherId }) => ({
    system,
    relation,
    action,
    otherId,
  }));
  const opportunity = Object.fromEntries(
    SYSTEMS.flatMap((system) => {
      const id = seen[system]?.ref.id;
      return id === undefined ? [] : [[system, id]];
    }),
  );
  return {
    recordId: record.id,
    before: journal?.before ?? before,
    cleared: withChanges(journal?.cleared ?? [], changesOf(kind, work)),
    relations: [...(journal?.relations ?? []), ...relations],
    ...(relations.length > 0 || journal?.opportunity ? { opportunity } : {}),
  };
}

/** What a second try is cleared for may have been cleared before: what stood there then is what counts. */
function withChanges(
  before: readonly PlannedChange[],
  now: readonly PlannedChange[],
): readonly PlannedChange[] {
  const nameOf = ({ system, object, id }: PlannedChange) => `${system} ${object} ${id ?? ""}`;
  const all = new Map(before.map((change) => [nameOf(change), change]));
  for (const change of now) {
    const known = all.get(nameOf(change))?.properties ?? [];
    const properties = oneAfterTheOther(known, change.properties);
    all.set(nameOf(change), { ...change, properties });
  }
  return [...all.values()];
}

function afterwards(item: KeptItem, { subject, written }: Outcome): KeptItem {
  const { journal } = item;
  if (!journal) return { ...item, state: "done", reason: "nothing was left to write" };
  const failed = written.find(({ result }) => result.failed)?.result.failed;
  const writtenAs = ({ system, id }: PlannedChange) =>
    written.find((one) => one.system === system && one.write.id === id)?.result;
  const cleared = journal.cleared
    .filter((change) => !writtenAs(change)?.failed)
    .map((change) => ({ ...change, ...storedIn(change, writtenAs(change)?.stored) }));
  const done = doneOf(
    cleared,
    (change) => writtenAs(change)?.id ?? subject.seen[change.system]?.ref.id,
  );
  const created = Object.fromEntries(
    written.flatMap(({ system, result }) => (result.id === undefined ? [] : [[system, result.id]])),
  );
  const kept: Journal = {
    ...journal,
    recordId: subject.record.id,
    done,
    ...(journal.opportunity ? { opportunity: { ...journal.opportunity, ...created } } : {}),
  };
  return failed
    ? { ...item, state: "failed", reason: `${failed.code}: ${failed.message}`, journal: kept }
    : { ...item, state: "done", journal: kept };
}

/** What a CRM made of a value is what is to be taken back. */
function storedIn(
  { properties }: Journal["cleared"][number],
  stored: Readonly<Record<string, string | null>> = {},
): Pick<PlannedChange, "properties"> {
  return {
    properties: properties.map((one) =>
      one.property in stored ? { ...one, to: stored[one.property] ?? null } : one,
    ),
  };
}

/** The records at the other ends of relations that are about to be made. */
async function loadEnds({ world }: RunWorld, works: readonly Work[]) {
  const writes = works.flatMap(({ relations }) => relations?.writes ?? []);
  const ids = writes.map(({ relation, member }) => ({ kind: relation, id: member }));
  return ids.length > 0 ? world.store.load(ids) : new Map<string, AccordRecord>();
}
