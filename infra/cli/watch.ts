import { setTimeout as sleep } from "node:timers/promises";
import { Presets, SingleBar } from "cli-progress";
import type { Command } from "commander";
import { type Report, report } from "./parity-schemas.ts";
import { type Plan, plan, type Run, run } from "./run-schemas.ts";
import type { Shell } from "./shell.ts";

const ASK_EVERY_MS = 500;

/** What the command shows while it waits: a bar in a terminal, nothing elsewhere. */
function openBar(shell: Shell, format: string) {
  if (shell.terminal.columns === undefined) return undefined;
  const bar = new SingleBar(
    { format, stream: process.stderr, hideCursor: true, barsize: 24, clearOnComplete: true },
    Presets.shades_classic,
  );
  bar.start(1, 0, { rate: 0, left: "?" });
  return bar;
}

/** Waits until a plan is read to its end, or cancelled. */
export async function watchPlan(shell: Shell, command: Command, id: string): Promise<Plan> {
  const api = shell.api(command);
  const bar = openBar(shell, "reading {value} rows");
  try {
    for (;;) {
      const found = plan.parse((await api.get(`/api/plans/${encodeURIComponent(id)}`)).json);
      const rows = Object.values(found.readings).reduce((sum, one) => sum + one.rows, 0);
      bar?.setTotal(Math.max(rows, 1));
      bar?.update(rows);
      if (!["reading", "sealing"].includes(found.state)) return found;
      await sleep(ASK_EVERY_MS);
    }
  } finally {
    bar?.stop();
  }
}

/** Waits until a run is at rest: done, stopped, paused or cancelled. */
export async function watchRun(shell: Shell, command: Command, id: string): Promise<Run> {
  const api = shell.api(command);
  const startedMs = Date.now();
  const bar = openBar(shell, "{bar} {value} of {total} records | {rate}/s | {left} left");
  let before: number | undefined;
  try {
    for (;;) {
      const found = run.parse((await api.get(`/api/runs/${encodeURIComponent(id)}`)).json);
      const done = found.items - (found.counts["planned"] ?? 0);
      before ??= done;
      const seconds = (Date.now() - startedMs) / 1000;
      bar?.setTotal(Math.max(found.items, 1));
      bar?.update(done, pace((done - before) / Math.max(seconds, 1), found.items - done));
      if (found.state !== "running") return found;
      await sleep(ASK_EVERY_MS);
    }
  } finally {
    bar?.stop();
  }
}

/** @param perSecond - Since somebody watches: a run that was resumed had done some before. */
function pace(perSecond: number, open: number): { rate: string; left: string } {
  const rate = perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond));
  if (perSecond === 0) return { rate, left: "?" };
  const seconds = Math.ceil(open / perSecond);
  return { rate, left: seconds > 90 ? `${Math.ceil(seconds / 60)} min` : `${seconds} s` };
}

/** Waits until a sweep is done, or stopped. */
export async function watchSweep(shell: Shell, command: Command, id: string): Promise<Report> {
  const api = shell.api(command);
  const bar = openBar(shell, "{bar} {value} of {total} rows compared");
  try {
    for (;;) {
      const found = report.parse((await api.get(`/api/parity/${encodeURIComponent(id)}`)).json);
      const read = Object.values(found.rows).reduce((sum, count) => sum + count, 0);
      const compared = Object.values(found.report).reduce(
        (sum, one) => sum + one.read.hubspot + one.read.salesforce,
        0,
      );
      bar?.setTotal(Math.max(read, 1));
      bar?.update(compared);
      if (!["reading", "comparing"].includes(found.state)) return found;
      await sleep(ASK_EVERY_MS);
    }
  } finally {
    bar?.stop();
  }
}
