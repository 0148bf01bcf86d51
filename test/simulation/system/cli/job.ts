import type { Channels } from "../story/channels.ts";
import { makeVirtual, type Patch } from "../virtual/hooks.ts";

/** What a job is asked to run; it answers each with an `Answer`. */
export interface Task {
  readonly seed: number;
  readonly events: number;
  readonly channels: Channels;
}

const send = process.send?.bind(process);
const patches = JSON.parse(process.argv[2] ?? "[]") as Patch[];

// A keystroke that stops the command is for whoever started this.
process.on("SIGINT", () => undefined);
// Accord logs what it does; here that is noise, unless somebody asked for it.
process.env["POWERTOOLS_LOG_LEVEL"] ??= "SILENT";
makeVirtual(patches);

const { runStory } = await import("../run-story.ts");
const { storyOf } = await import("../story/generate.ts");

process.on("message", ({ seed, events, channels }: Task) => {
  runStory(storyOf(seed, events, channels)).then(
    (outcome) => send?.({ outcome }),
    (error: unknown) =>
      send?.({ seed, error: String(error instanceof Error ? error.stack : error) }),
  );
});
// Time-outs of the real world that nobody waits for would hold the process for a minute.
process.on("disconnect", () => process.exit());
// Clients keep timers of their own; nothing that matters waits for them.
process.on("disconnect", () => process.exit(0));
send?.("ready");
