import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { CHANNELS, type Channels } from "../story/channels.ts";

/** What the command was asked for. */
export interface Options {
  readonly seeds: number;
  readonly firstSeed: number;
  readonly events: number;
  readonly jobs: number;
  readonly channels: Channels;
  readonly mutations: boolean;
  /** Part of a mutation's name; all of them where it is empty. */
  readonly only: string;
  readonly verbose: boolean;
  readonly help: boolean;
}

export const HELP = `npm run simulate -- [options]

Lives through made-up histories of both CRMs and of Accord between them, in virtual time, with
everything going wrong that can; then holds what is left to Accord's promises.

  --seeds N         how many histories (100)
  --first-seed S    the first of them (1); --first-seed S --seeds 1 --verbose tells one story
  --events N        things that people do in each (200)
  --jobs N          processes at once (as many as there are cores)
  --channels WAYS   how Accord hears of changes: both, polls (no notices), notices (no polls), or
                    fortnight (neither for fourteen days, then both)
  --mutations       breaks the protocol in named ways, and shows that each is noticed
  --only WORDS      of the mutations, those whose name holds these words
  --verbose         prints all that happens, each line with its moment
  --help            prints this
`;

/** Reads the command line. @throws Error with one line that says what is wrong with it. */
export function parseOptions(given: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...given],
    options: {
      seeds: { type: "string", default: "100" },
      "first-seed": { type: "string", default: "1" },
      events: { type: "string", default: "200" },
      jobs: { type: "string", default: String(availableParallelism()) },
      channels: { type: "string", default: "both" },
      mutations: { type: "boolean", default: false },
      only: { type: "string", default: "" },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  return {
    seeds: whole("seeds", values.seeds),
    firstSeed: whole("first-seed", values["first-seed"]),
    events: whole("events", values.events),
    jobs: whole("jobs", values.jobs),
    channels: channelsOf(values.channels),
    mutations: values.mutations,
    only: values.only,
    verbose: values.verbose,
    help: values.help,
  };
}

function channelsOf(text: string): Channels {
  const channels = CHANNELS.find((one) => one === text);
  if (channels) return channels;
  throw new Error(`--channels is '${text}'; expected one of ${CHANNELS.join(", ")}`);
}

function whole(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new Error(`--${name} is '${text}'; expected a whole number from 1`);
}
