import type { Story } from "./story.ts";

/** By which ways Accord hears of changes. */
export const CHANNELS = ["both", "polls", "notices", "fortnight"] as const;

export type Channels = (typeof CHANNELS)[number];

const HOUR_MS = 3_600_000;
const FORTNIGHT_MS = 14 * 24 * HOUR_MS;
/** How long things go on to go wrong after a silence. */
export const AWAKE_MS = 5 * 60_000;
/** So much of a story is told before the silence begins. */
const BEFORE_SILENCE = 0.2;

/** The same story, with fewer ways for Accord to hear of it. */
export function overChannels(story: Story, channels: Channels): Story {
  switch (channels) {
    case "both":
      return story;
    case "polls":
      return { ...story, tells: { hubspot: false, salesforce: false } };
    case "notices":
      // A notice that is lost, or refused for its age, has nobody to make up for it here.
      return {
        ...story,
        polls: false,
        tells: { hubspot: true, salesforce: true },
        skewMs: { hubspot: 0, salesforce: 0 },
        faults: story.faults.filter(({ kind }) => kind !== "lost" && kind !== "late"),
      };
    case "fortnight":
      return afterSilence(story);
  }
}

/** Most of what people do falls into a fortnight in which Accord hears of nothing. */
function afterSilence(story: Story): Story {
  const first = Math.ceil(story.happenings.length * BEFORE_SILENCE);
  const fromMs = (story.happenings[first]?.atMs ?? 0) + HOUR_MS;
  const stretchMs = FORTNIGHT_MS / Math.max(1, story.happenings.length - first + 1);
  const happenings = story.happenings.map((one, index) =>
    index < first ? one : { ...one, atMs: Math.round(fromMs + (index - first + 1) * stretchMs) },
  );
  const silence = { fromMs, untilMs: fromMs + FORTNIGHT_MS };
  // What would have gone wrong meanwhile goes wrong when everything that was missed comes at once.
  const faults = story.faults.map((fault) => {
    const lateMs = fault.atMs - (story.happenings[first]?.atMs ?? 0);
    return lateMs <= 0 ? fault : { ...fault, atMs: silence.untilMs + (lateMs % AWAKE_MS) };
  });
  return { ...story, happenings, faults, silence };
}
