import type { Outcome } from "../run-story.ts";
import type { Story } from "../story/story.ts";
import { makeVirtual } from "../virtual/hooks.ts";
import type { Options } from "./options.ts";
import { wordsOf } from "./summary.ts";

/** Tells histories as they happen, in this process; of one that breaks a promise, the short of it. */
export async function tellStory({ firstSeed, seeds, events, channels }: Options): Promise<number> {
  process.env["POWERTOOLS_LOG_LEVEL"] ??= "SILENT";
  makeVirtual([]);
  const { runStory } = await import("../run-story.ts");
  const { storyOf } = await import("../story/generate.ts");
  let failed = 0;
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    console.log(`seed ${seed}`);
    const story = storyOf(seed, events, channels);
    const outcome = await runStory(story, (line) => console.log(line));
    console.log(`fingerprint ${outcome.fingerprint}, ${outcome.writes} writes`);
    if (outcome.violations.length === 0) {
      console.log("every promise was kept");
      continue;
    }
    failed += 1;
    for (const line of wordsOf(outcome, Number.POSITIVE_INFINITY)) console.log(line);
    await tellShort(story, outcome, runStory);
  }
  return failed > 0 ? 1 : 0;
}

/** The least of a story that still breaks the same promise in the same way. */
async function tellShort(
  story: Story,
  { violations }: Outcome,
  runStory: (story: Story) => Promise<Outcome>,
): Promise<void> {
  const [first] = violations;
  if (!first) return;
  const { shorten } = await import("../story/shorten.ts");
  const { wordsOfStory } = await import("../story/words.ts");
  console.log("looking for the least of it that still breaks this promise …");
  const breaksIt = async (candidate: Story) =>
    (await runStory(candidate)).violations.some(({ check }) => check === first.check);
  const short = await shorten(story, breaksIt);
  for (const line of wordsOfStory(short)) console.log(`  ${line}`);
  for (const line of wordsOf(await runStory(short))) console.log(line);
}
