import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { Api } from "../api.ts";
import { Failure } from "../failure.ts";
import { begun, learnt, progress } from "../revenue-schemas.ts";
import { becauseOption, examples, type Shell } from "../shell.ts";

/** Between two looks at how far it is. */
const LOOK_MS = 1000;

/** Some hours; the work goes on without anybody looking. */
const MOST_LOOKS = 20_000;

const PARTS = 16;

/** Adds what whoever configures models does to `accord revenue`. */
export function addReattribute(program: Command, shell: Shell): void {
  const group = program.commands.find((one) => one.name() === "revenue");
  if (!group) throw new Error("there is no command revenue to add to");
  group
    .command("reattribute")
    .description("credits all that was posted by a model as it is declared, or learns, now")
    .requiredOption("--model <name>", "as shared/config/attribution.ts declares it last")
    .addOption(becauseOption())
    .addHelpText(
      "after",
      examples("revenue reattribute --model markov-1 --because 'the new quarter'"),
    )
    .action(async (asked: { model: string; because: string }, command: Command) => {
      const api = shell.api(command, "modeller");
      const path = `/api/revenue/models/${encodeURIComponent(asked.model)}`;
      const answer = await api.post(`${path}/reattribute`, { because: asked.because });
      const { run, version } = begun.parse(answer.json);
      const name = version ?? (await learntVersion(api, run, asked.model));
      shell.line(`${asked.model}@${name}`);
      await watch(shell, api, `${path}/versions/${encodeURIComponent(name)}`);
    });
}

async function learntVersion(api: Api, run: string, model: string): Promise<string> {
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const answer = await api.get(`/api/revenue/reattributions/${encodeURIComponent(run)}`);
    const { version, refused } = learnt.parse(answer.json);
    if (version !== undefined) return version;
    if (refused !== undefined)
      throw new Failure("refused", `model '${model}' says nothing yet: ${refused}`);
    await sleep(LOOK_MS);
  }
  throw new Failure("refused", `${run} takes longer than usual: see the log of accord-work-runs`);
}

async function watch(shell: Shell, api: Api, path: string): Promise<void> {
  let shown = "";
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const { state, credited, parts, sums } = progress.parse((await api.get(path)).json);
    const line = `${credited} opportunities credited, ${parts} of ${PARTS} parts done${sums && `, summed until ${sums}`}`;
    if (state !== "in-force" && line !== shown) shell.line(line);
    shown = line;
    if (state === "in-force") return shell.line("In force.");
    await sleep(LOOK_MS);
  }
  throw new Failure("refused", "it goes on; see how far it is by 'accord revenue models'");
}
