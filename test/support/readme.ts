import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { type Example, examplesOf, pageRunner, runLine } from "./console-page.ts";
import type { RunningAccord } from "./running-accord.ts";

const PAGE = readFileSync("README.md", "utf8");

/** The examples of some chapters of the README, in its order, named by their commands. */
export function readmeExamples(...chapters: readonly string[]): (readonly [string, Example])[] {
  return chapters
    .flatMap((chapter) => examplesOf(PAGE, chapter))
    .filter(({ command }) => !command.startsWith("npm "))
    .map((example) => [example.command, example]);
}

/** What asks takes no reason, and is asked again until the change of a moment ago has come. */
const PROMPT_MS = 20_000;
const STEP_MS = 500;

/**
 * Tries examples on a running Accord, as a person would in an empty folder: `npx` is our own, and the
 * addresses are today's. Answers what is not as the README says.
 */
export function readmeRunner(accord: RunningAccord, home: string) {
  const folder = join(home, "somewhere");
  mkdirSync(folder);
  const npx = `#!/bin/sh\nshift\nexec '${process.execPath}' '${resolve("infra/cli/accord.ts")}' "$@"\n`;
  writeFileSync(join(folder, "npx"), npx, { mode: 0o755 });
  const env = {
    PATH: [folder, dirname(process.execPath), process.env["PATH"]].join(delimiter),
    HOME: process.env["HOME"] ?? home,
    ACCORD_HOME: home,
    NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? "",
    no_proxy: "127.0.0.1",
  };
  const hosts = [
    ["http://127.0.0.1:4000", accord.url],
    ["http://127.0.0.1:4010", accord.hubspotUrl],
    ["http://127.0.0.1:4020", accord.salesforceUrl],
  ] as const;
  const run = pageRunner((command) => {
    const today = hosts.reduce((line, [usual, now]) => line.replaceAll(usual, now), command);
    return runLine(`cd '${folder}' && ${today}`, env);
  });
  return async (example: Example): Promise<string[]> => {
    const untilMs = Date.now() + (example.command.includes("--because") ? 0 : PROMPT_MS);
    for (;;) {
      const wrong = await run(example);
      if (wrong.length === 0 || Date.now() >= untilMs) return wrong;
      await new Promise((wait) => setTimeout(wait, STEP_MS));
    }
  };
}
