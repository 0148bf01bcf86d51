import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import * as z from "zod";
import type { Api } from "../api.ts";
import { Failure } from "../failure.ts";
import { examples, type Shell } from "../shell.ts";

/** Between two looks at how far it is. */
const LOOK_MS = 500;

/** Some hours; the work goes on without anybody looking. */
const MOST_LOOKS = 40_000;

/** Lines of what would be written that are shown; all are there by `--json`. */
const MOST_LINES = 20;

const count = z.int();

const run = z.object({
  id: z.string(),
  task: z.enum(["write", "clear"]),
  isDry: z.boolean(),
  version: z.string(),
  doing: z.enum(["gather", "write", "clear", "done"]),
  counts: z.object({ opportunities: count, unchanged: count, written: count, refused: count }),
});

type Run = z.infer<typeof run>;

const line = z.object({
  target: z.string(),
  system: z.string(),
  object: z.string(),
  id: z.string(),
  property: z.string(),
});

const lines = z.object({
  items: line.extend({ from: z.string().nullable(), to: z.string().nullable() }).array(),
  next: z.string().optional(),
});

const refused = z.object({
  items: line.extend({ code: z.string(), message: z.string() }).array(),
  next: z.string().optional(),
});

interface Options {
  readonly dryRun?: true;
  readonly clear?: true;
  readonly refused?: true;
  readonly after?: string;
  readonly because: string;
}

/** Adds what brings attributed revenue into the CRMs to `accord revenue`. */
export function addWriteBack(program: Command, shell: Shell): void {
  const group = program.commands.find((one) => one.name() === "revenue");
  if (!group) throw new Error("there is no command revenue to add to");
  group
    .command("write-back")
    .description("writes attributed revenue to both CRMs, as shared/config/write-back.ts says")
    .option("--dry-run", "says what would be written, and writes nothing")
    .option("--clear", "blanks what was written, and writes no more until it is asked to")
    .option("--refused", "lists what could not be written, and why")
    .option("--after <place>", "of that list: goes on where the page before ended")
    .option("--because <why>", "why, kept in the audit", "a write-back")
    .addHelpText(
      "after",
      examples(
        "revenue write-back --dry-run",
        "revenue write-back --because 'the board meets'",
        "revenue write-back --refused",
        "revenue write-back --clear --because 'another model'",
      ),
    )
    .action(async (asked: Options, command: Command) => {
      if (asked.refused) return showRefused(shell, command, asked.after);
      const api = shell.api(command, "finance");
      const answer = await api.post("/api/revenue/write-backs", {
        task: asked.clear ? "clear" : "write",
        isDry: asked.dryRun ?? false,
        because: asked.because,
      });
      const begun = run.parse(answer.json);
      await watch(shell, { api, command, begun });
    });
}

async function watch(
  shell: Shell,
  { api, command, begun }: { readonly api: Api; readonly command: Command; readonly begun: Run },
): Promise<void> {
  const path = `/api/revenue/write-backs/${encodeURIComponent(begun.id)}`;
  let shown = "";
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const answer = await api.get(path);
    const now = run.parse(answer.json);
    if (now.doing === "done") {
      show(shell, "");
      shell.show(command, answer, { schema: run, render: (read) => showEnd(shell, read) });
      if (now.isDry) await showLines(shell, { api, command, path });
      return;
    }
    const text = `${now.id}: ${now.doing === "gather" ? `${now.counts.opportunities} opportunities` : told(now)}`;
    if (text !== shown) show(shell, text);
    shown = text;
    await sleep(LOOK_MS);
  }
  throw new Failure("refused", `${begun.id} goes on: ask again to see how far it is`);
}

/** How far it is, on one line of a terminal; nothing elsewhere. */
function show({ terminal }: Shell, text: string): void {
  if (terminal.columns !== undefined) terminal.err(`\r\u001b[K${text}`);
}

function told({ task, isDry, counts: { unchanged, written, refused: not } }: Run): string {
  const done = task === "clear" ? "blanked" : "written";
  return `${written} ${isDry ? `would be ${done}` : done}, ${unchanged} as they are, ${not} refused`;
}

function showEnd(shell: Shell, read: Run): void {
  shell.line(`${read.id}, by ${read.version}: ${told(read)}.`);
  if (read.counts.refused > 0) shell.line("What was refused: accord revenue write-back --refused");
}

async function showLines(
  shell: Shell,
  { api, command, path }: { readonly api: Api; readonly command: Command; readonly path: string },
): Promise<void> {
  const rows: (string | null)[][] = [];
  let after: string | undefined;
  do {
    const answer = await api.get(`${path}/lines`, { after });
    after = lines.parse(answer.json).next;
    shell.show(command, answer, {
      schema: lines,
      render: ({ items }) =>
        rows.push(
          ...items.map(({ system, object, id, property, from, to }) => [
            `${system} ${object} ${id}`,
            ...[property, from, to],
          ]),
        ),
    });
  } while (after !== undefined && rows.length < MOST_LINES);
  if (rows.length === 0) return;
  shell.table(["record", "property", "from", "to"], rows.slice(0, MOST_LINES), "");
  if (after !== undefined || rows.length > MOST_LINES) shell.line("... and more");
}

async function showRefused(
  shell: Shell,
  command: Command,
  after: string | undefined,
): Promise<void> {
  const answer = await shell.api(command).get("/api/revenue/write-backs/refused", { after });
  shell.show(command, answer, {
    schema: refused,
    render({ items, next }) {
      shell.table(
        ["record", "property", "code", "message"],
        items.map(({ system, object, id, property, code, message }) => [
          `${system} ${object} ${id}`,
          ...[property, code, message],
        ]),
        "Nothing is refused.",
      );
      shell.more(next);
    },
  });
}
