import type { Story } from "./story.ts";

/** Runs of the story that are tried before what is left is called short enough. */
const MOST_RUNS = 150;

/**
 * Leaves out of a story whatever it fails without: halves first, then ever smaller parts (ddmin, by
 * Zeller and Hildebrandt), of what people do and of what goes wrong.
 *
 * @param fails - Whether a story breaks the promise that the whole of it breaks.
 */
export async function shorten(
  story: Story,
  fails: (story: Story) => Promise<boolean>,
): Promise<Story> {
  let runs = 0;
  const stillFails = async (candidate: Story) => {
    runs += 1;
    return runs <= MOST_RUNS && fails(candidate);
  };
  const fewerFaults = { ...story, faults: [] };
  const calm = (await stillFails(fewerFaults)) ? fewerFaults : story;
  const happenings = await minimum(calm.happenings, (some) =>
    stillFails({ ...calm, happenings: some }),
  );
  const faults = await minimum(calm.faults, (some) =>
    stillFails({ ...calm, happenings, faults: some }),
  );
  return { ...calm, happenings, faults };
}

async function minimum<Part>(
  all: readonly Part[],
  fails: (some: readonly Part[]) => Promise<boolean>,
): Promise<readonly Part[]> {
  let left = all;
  let parts = 2;
  while (left.length > 0) {
    const size = Math.ceil(left.length / parts);
    let isSmaller = false;
    for (let start = 0; start < left.length; start += size) {
      const without = [...left.slice(0, start), ...left.slice(start + size)];
      if (!(await fails(without))) continue;
      left = without;
      isSmaller = true;
      break;
    }
    if (isSmaller) parts = Math.max(parts - 1, 2);
    else if (size === 1) break;
    else parts = Math.min(parts * 2, left.length);
  }
  return left;
}
