import { MUTATIONS } from "../mutations.ts";
import type { Outcome } from "../run-story.ts";
import type { Patch } from "../virtual/hooks.ts";
import type { Options } from "./options.ts";
import { runAll } from "./run-all.ts";
import { wordsOf } from "./summary.ts";

/** A mutation that so many histories do not notice has survived. */
const MOST_HISTORIES = 200;

/** How histories are run: what of the options matters here. */
type Running = Pick<Options, "firstSeed" | "events" | "jobs" | "channels">;

/** Breaks the protocol in each named way, and answers how many of them nobody noticed. */
export async function tryMutations({ only, ...options }: Options): Promise<number> {
  let survived = 0;
  for (const { name, patch, channels = "both" } of MUTATIONS.filter((one) =>
    one.name.includes(only),
  )) {
    const { caught, histories } = await hunt({ ...options, channels }, patch);
    if (!caught) {
      survived += 1;
      console.log(`SURVIVED  ${name}: ${histories} histories noticed nothing`);
      continue;
    }
    const words = wordsOf(caught, 1).slice(1, 3);
    console.log(`caught    ${name}: by history ${histories}, seed ${caught.seed}`);
    console.log(
      `          ${words
        .map((line) => line.trim())
        .join(" | ")
        .slice(0, 300)}`,
    );
  }
  return survived;
}

/** Runs histories until one breaks a promise that it keeps without the mutation. */
async function hunt(
  running: Running,
  patch: Patch,
): Promise<{ caught: Outcome | undefined; histories: number }> {
  let histories = 0;
  while (histories < MOST_HISTORIES) {
    const { firstSeed } = running;
    const round = await firstBroken(
      { ...running, firstSeed: firstSeed + histories },
      { patches: [patch], most: MOST_HISTORIES - histories },
    );
    histories += round.histories;
    const { broken } = round;
    if (!broken) break;
    const sound = await firstBroken(
      { ...running, firstSeed: broken.seed, jobs: 1 },
      { patches: [], most: 1 },
    );
    if (!sound.broken) return { caught: broken, histories };
  }
  return { caught: undefined, histories };
}

/** The first of so many histories that breaks a promise, and the number of them up to it. */
async function firstBroken(
  { firstSeed, events, jobs, channels }: Running,
  { patches, most }: { readonly patches: readonly Patch[]; readonly most: number },
): Promise<{ broken: Outcome | undefined; histories: number }> {
  const broken: Outcome[] = [];
  await runAll({
    channels,
    seeds: Array.from({ length: most }, (_, index) => firstSeed + index),
    events,
    jobs: Math.min(jobs, most),
    patches,
    isEnough: () => broken.length > 0,
    onOutcome: (outcome) => {
      if (outcome.violations.length > 0) broken.push(outcome);
    },
  });
  const first = broken.sort((one, other) => one.seed - other.seed)[0];
  return { broken: first, histories: first ? first.seed - firstSeed + 1 : most };
}
