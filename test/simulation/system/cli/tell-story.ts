import { makeVirtual } from "../virtual/hooks.ts";
import type { Options } from "./options.ts";
import { wordsOf } from "./summary.ts";

/** Tells histories as they happen, in this process. */
export async function tellStory({ firstSeed, seeds, events }: Options): Promise<number> {
  process.env["POWERTOOLS_LOG_LEVEL"] ??= "SILENT";
  makeVirtual([]);
  const { runStory } = await import("../run-story.ts");
  const { storyOf } = await import("../story/generate.ts");
  let failed = 0;
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    console.log(`seed ${seed}`);
    const outcome = await runStory(storyOf(seed, events), (line) => console.log(line));
    console.log(`fingerprint ${outcome.fingerprint}, ${outcome.writes} writes`);
    if (outcome.violations.length === 0) {
      console.log("every promise was kept");
      continue;
    }
    failed += 1;
    for (const line of wordsOf(outcome, Number.POSITIVE_INFINITY)) console.log(line);
  }
  return failed > 0 ? 1 : 0;
}
