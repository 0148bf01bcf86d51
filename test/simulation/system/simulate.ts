import { performance } from "node:perf_hooks";
import { HELP, type Options, parseOptions } from "./cli/options.ts";
import { progressBar } from "./cli/progress.ts";
import { runAll } from "./cli/run-all.ts";
import { Summary, wordsOf } from "./cli/summary.ts";
import { tellStory } from "./cli/tell-story.ts";
import { tryMutations } from "./cli/try-mutations.ts";

/** Failing seeds that are printed in full. */
const MOST_SHOWN = 10;

function* numbers(first: number, count: number): Generator<number> {
  for (let number = first; number < first + count; number += 1) yield number;
}

async function simulate({ seeds, firstSeed, events, jobs, channels }: Options): Promise<number> {
  const summary = new Summary();
  const startedMs = performance.now();
  const bar = progressBar(seeds, "histories");
  let isStopped = false;
  process.once("SIGINT", () => {
    isStopped = true;
  });
  await runAll({
    seeds: numbers(firstSeed, seeds),
    events,
    channels,
    jobs: Math.min(jobs, seeds),
    patches: [],
    isEnough: () => isStopped,
    onOutcome: (outcome) => {
      const before = summary.failed.length;
      summary.add(outcome);
      bar.step();
      // Whoever waits for an hour wants to know at once.
      if (summary.failed.length > before) console.error(wordsOf(outcome).join("\n"));
    },
  });
  bar.stop();
  for (const line of summary.lines((performance.now() - startedMs) / 1000)) console.log(line);
  for (const outcome of summary.failed.slice(0, MOST_SHOWN))
    for (const line of wordsOf(outcome)) console.log(line);
  if (summary.failed.length > 0)
    console.log("to see one: npm run simulate -- --first-seed S --seeds 1 --verbose");
  return summary.failed.length > 0 || isStopped ? 1 : 0;
}

async function main(): Promise<number> {
  let options: Options;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  if (options.mutations) return (await tryMutations(options)) > 0 ? 1 : 0;
  if (options.verbose) return tellStory(options);
  return simulate(options);
}

process.exit(await main());
