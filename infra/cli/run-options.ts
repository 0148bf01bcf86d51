import { type Command, Option } from "commander";
import { Failure } from "./failure.ts";
import { run } from "./run-schemas.ts";
import { renderRun } from "./run-table.ts";
import type { Shell } from "./shell.ts";
import { watchRun } from "./watch.ts";

/** What a run may touch. */
export function limitOption(): Option {
  return new Option(
    "--limit <counts>",
    "at most so many: creates=100,updates=500,archives=50; none lifts it; a small one unless given",
  );
}

export const pathOf = (id: string) => `/api/runs/${encodeURIComponent(id)}`;

const NAMES = ["creates", "updates", "archives"];

export function limitsOf({ limit }: { readonly limit?: string }): {
  limits?: Record<string, number>;
} {
  if (limit === undefined) return {};
  if (limit === "none") return { limits: {} };
  const given = limit.split(",").map((one) => {
    const [, name = "", count = ""] = /^(\w+)=(\d+)$/.exec(one.trim()) ?? [];
    if (!NAMES.includes(name))
      throw new Failure(
        "usage",
        `--limit is '${limit}'; expected none, or creates=100,updates=500,archives=50`,
      );
    return [name, Number(count)] as const;
  });
  return { limits: Object.fromEntries(given) };
}

/** `30%` as the API takes it: 0.3. */
export function budgetOf({ budget }: { readonly budget?: string }): { budget?: number } {
  if (budget === undefined) return {};
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(budget.trim())?.[1]);
  if (percent > 0 && percent <= 100) return { budget: percent / 100 };
  throw new Failure("usage", `--budget is '${budget}'; expected a share such as 30%`);
}

/** How many automations a run may wake in a minute. */
export function paceOption(): Option {
  return new Option(
    "--creates-per-minute <count>",
    "creates so many records in any minute at the most, spread over it",
  );
}

/** `none` lifts the pace of a run that is resumed. */
export function paceOf({ createsPerMinute }: { readonly createsPerMinute?: string }): {
  createsPerMinute?: number | null;
} {
  if (createsPerMinute === undefined) return {};
  if (createsPerMinute === "none") return { createsPerMinute: null };
  const count = Number(createsPerMinute);
  if (/^\d+$/.test(createsPerMinute) && count > 0) return { createsPerMinute: count };
  throw new Failure(
    "usage",
    `--creates-per-minute is '${createsPerMinute}'; expected a whole number such as 30`,
  );
}

/** Whoever waited is told by the exit code that a run stopped early. */
export async function rest(shell: Shell, command: Command, id: string): Promise<void> {
  const ended = await watchRun(shell, command, id);
  const answer = await shell.api(command).get(pathOf(id));
  shell.show(command, answer, { schema: run, render: (read) => renderRun(shell, read) });
  if (ended.state !== "done")
    throw new Failure(
      "refused",
      `${id} is ${ended.state}${ended.reason ? `: ${ended.reason}` : ""}; go on with 'accord runs resume ${id}'`,
    );
}
