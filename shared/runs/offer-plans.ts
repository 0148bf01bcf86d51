import { nowText } from "../sync/subject.ts";
import { type Desk, startPlan } from "./control.ts";
import { type Fingerprint, fingerprintOf, type Offer, offersBetween } from "./fingerprint.ts";

/** A plan that is owed: it is kept before it is made. */
export interface OwedPlan extends Offer {
  readonly id: string;
}

/** By which mapping records were decided when it was looked at last. */
export interface KeptConfiguration {
  readonly fingerprint: Fingerprint;
  /** Since when; an ISO instant. */
  readonly at: string;
  readonly owed: readonly OwedPlan[];
  readonly version: number;
}

export interface ConfigurationStore {
  load(): Promise<KeptConfiguration | undefined>;
  /** Over version `next.version`, as version + 1; 0: there was none. False: somebody was first. */
  save(next: KeptConfiguration): Promise<boolean>;
}

type Offering = Pick<Desk, "runs" | "queue" | "world" | "newId"> & {
  readonly configurations: ConfigurationStore;
};

const MOST_TRIES = 5;

/**
 * Offers a plan of the records that a change of the mapping concerns: it is read and forecast as any, and applied
 * by nobody but a person. The first mapping of all offers nothing. What is owed is kept with the new mapping, in one
 * write, and let go once the plan is under way: whoever dies in between owes it still, and nobody offers it twice.
 *
 * @returns What was offered now.
 */
export async function offerPlans(desk: Offering): Promise<readonly OwedPlan[]> {
  const { configurations, world } = desk;
  const fingerprint = fingerprintOf(world.mapping);
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const kept = await configurations.load();
    if (!kept) {
      const first = { fingerprint, at: nowText(world), owed: [], version: 0 };
      if (await configurations.save(first)) return [];
      continue;
    }
    const fresh = offersBetween(kept.fingerprint, fingerprint, kept.at).map(
      (offer): OwedPlan => ({
        ...offer,
        id: `plan-${nowText(world).slice(0, 10)}-${desk.newId()}`,
      }),
    );
    const isSame = JSON.stringify(kept.fingerprint) === JSON.stringify(fingerprint);
    const owed = [...kept.owed, ...fresh];
    if (isSame && owed.length === 0) return [];
    const next = isSame ? kept : { ...kept, fingerprint, at: nowText(world), owed };
    if (!isSame && !(await configurations.save(next))) continue;
    const version = isSame ? kept.version : kept.version + 1;
    for (const one of owed) await make(desk, one);
    // Whoever was faster has made the very same plans.
    await configurations.save({ ...next, owed: [], version });
    return owed;
  }
  return [];
}

/** A plan that was begun by whoever died is begun once more: its pages are read twice, and kept once. */
async function make(desk: Offering, { id, kind, fields, because }: OwedPlan): Promise<void> {
  const begun = await desk.runs.loadPlan(id);
  const isUnderWay = begun && (begun.state !== "reading" || Object.keys(begun.readings).length > 0);
  if (isUnderWay) return;
  const asked = { kinds: [kind], where: [], ...(fields ? { fields } : {}) };
  await startPlan(desk, { ...asked, by: OFFERED_BY, because }, { id, offered: true });
}

/** Who asks for a plan that nobody asked for. */
const OFFERED_BY = "accord";
