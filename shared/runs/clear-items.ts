import { type Creation, createsFree, createsFreeAt, withCreation } from "./pace-creates.ts";
import type { RunWorld } from "./ports.ts";
import type { KeptItem, Limits, Run, Used } from "./run.ts";

interface Cleared {
  readonly items: readonly KeptItem[];
  /** Why these are not all, and the run stops. */
  readonly reason?: string | undefined;
  /**
   * To be called once they are worked, with those that other workers are at. Answers in how many seconds the page is
   * to be worked once more, where some of it waits for the run's pace.
   */
  readonly conclude: (later: readonly KeptItem[]) => Promise<number | undefined>;
}

/** A page of a run's items, of which some are to be worked. */
interface Page {
  readonly piece: string;
  /** Where it begins: what tells it from the other pages of its piece. */
  readonly from: string;
  readonly items: readonly KeptItem[];
  readonly isOpen: (item: KeptItem) => boolean;
}

/** As many of the page's open items as the run's limits, and its pace, leave room for now. */
export async function clear(at: RunWorld, run: Run, page: Page): Promise<Cleared> {
  for (;;) {
    const seen = (await at.runs.loadRun(run.id)) ?? run;
    const nowMs = at.world.now();
    const pace = run.what === "apply" ? seen.createsPerMinute : undefined;
    const room = pace ? createsFree(pace, seen.creations, nowMs) : Number.POSITIVE_INFINITY;
    const { fitting, used, pages, reason, held } = admit(seen, page, room);
    const creates = createsIn(fitting);
    const creation = { turn: seen.turn, creates, untilMs: nowMs + at.world.leaseMs() };
    const isPaced = Boolean(pace) && creates > 0;
    const creations = isPaced ? withCreation(seen.creations, creation, nowMs) : seen.creations;
    const isSame = isSameUse(used, seen.used) && !isPaced;
    if (!isSame && !(await at.runs.use(run.id, seen.turn, { used, pages, creations }))) continue;
    return {
      items: fitting,
      reason,
      async conclude(later) {
        const known = isPaced ? await settle(at, run, { creation, fitting, later }) : creations;
        if (!pace || held === 0 || reason !== undefined) return undefined;
        const ms = at.world.now();
        const freeAtMs = createsFreeAt(pace, known, { nowMs: ms, wanted: held });
        return Math.max(1, Math.ceil((freeAtMs - ms) / 1000));
      },
    };
  }
}

/**
 * Those of the page that fit, in their order; what would be created waits where there is no room for it. What the run
 * has used for the page is summed up anew each time that the page comes, whatever became of its items meanwhile: others
 * may be at them, or a worker may have died. So each counts once.
 */
function admit(run: Run, { piece, from, items, isOpen }: Page, room: number) {
  const before = run.pages[piece];
  const elsewhere = before?.from === from ? minus(run.used, before.used) : run.used;
  const isNew = (item: KeptItem) => (run.what === "undo" ? isOpen(item) : item.state === "planned");
  const known = items.filter((item) => !isNew(item)).map((item) => needs(run, item));
  let used = known.reduce(sum, elsewhere);
  let left = room;
  let held = 0;
  let reason: string | undefined;
  const fitting: KeptItem[] = [];
  for (const item of items.filter(isOpen)) {
    if (createsOf(item) > left) {
      held += createsOf(item);
      continue;
    }
    const then = isNew(item) ? sum(used, needs(run, item)) : used;
    reason = exceeded(run.limits, then);
    if (reason !== undefined) break;
    used = then;
    left -= createsOf(item);
    fitting.push(item);
  }
  const pages = { ...run.pages, [piece]: { from, used: minus(used, elsewhere) } };
  return { fitting, used, pages, reason, held };
}

interface Settled {
  readonly creation: Creation;
  readonly fitting: readonly KeptItem[];
  readonly later: readonly KeptItem[];
}

/**
 * What a page was cleared to create counts until none of it can land any more. Once the page is worked, it is known
 * when that was, and that those which other workers are at were not created. A worker that dies says nothing.
 */
async function settle(at: RunWorld, run: Run, { creation, fitting, later }: Settled) {
  const waiting = new Set(later.map(({ key }) => key));
  const creates = createsIn(fitting.filter(({ key }) => !waiting.has(key)));
  for (;;) {
    const seen = (await at.runs.loadRun(run.id)) ?? run;
    const nowMs = at.world.now();
    const creations = withCreation(seen.creations, { ...creation, creates, untilMs: nowMs }, nowMs);
    const { used, pages } = seen;
    if (await at.runs.use(run.id, seen.turn, { used, pages, creations })) return creations;
  }
}

function createsIn(items: readonly KeptItem[]): number {
  return items.reduce((sum, item) => sum + createsOf(item), 0);
}

function createsOf({ changes }: Pick<KeptItem, "changes">): number {
  return changes.filter(({ id }) => id === undefined).length;
}

function needs({ what }: Run, { changes, journal, forgotten }: KeptItem): Used {
  const done = journal?.done ?? [];
  // Of whom is forgotten, nothing is taken back.
  const isNothing = what === "release" || (what === "undo" && forgotten);
  if (isNothing) return { creates: 0, updates: 0, archives: 0 };
  if (what === "undo") {
    const archives = done.filter(({ created }) => created).length;
    return { creates: 0, updates: done.length - archives, archives };
  }
  const creates = createsOf({ changes });
  return { creates, updates: changes.length - creates, archives: 0 };
}

const sum = (one: Used, other: Used): Used => ({
  creates: one.creates + other.creates,
  updates: one.updates + other.updates,
  archives: one.archives + other.archives,
});

const minus = (one: Used, other: Used): Used => ({
  creates: one.creates - other.creates,
  updates: one.updates - other.updates,
  archives: one.archives - other.archives,
});

const isSameUse = (one: Used, other: Used) =>
  Object.values(minus(one, other)).every((difference) => difference === 0);

function exceeded(limits: Limits, used: Used): string | undefined {
  const names = ["creates", "updates", "archives"] as const;
  const over = names.find((name) => used[name] > (limits[name] ?? Number.POSITIVE_INFINITY));
  return over && `its limit of ${limits[over]} ${over} is reached`;
}
