import { expect, test } from "vitest";
import { examplesOf, pageRunner } from "../support/console-page.ts";

const PAGE = `# Title

## One

Text.

\`\`\`
$ accord plan --because "a \\
    reason"
plan-2026-11-22-1a1cbf: ready

  records   480 of 990
...
$ accord apply plan-2026-11-22-1a1cbf
done
\`\`\`

## Two

\`\`\`
$ accord other
...
\`\`\`
`;

const TODAY = "plan-2027-01-02-ffff00";

const printing = (answers: readonly string[]) => {
  const asked: string[] = [];
  const run = pageRunner(async (command) => {
    asked.push(command);
    return answers[asked.length - 1] ?? "";
  });
  return { asked, run };
};

test("the commands of a chapter are read with their continued lines and what they print", () => {
  expect(examplesOf(PAGE, "One").map(({ command }) => command)).toEqual([
    'accord plan --because "a reason"',
    "accord apply plan-2026-11-22-1a1cbf",
  ]);
  expect(examplesOf(PAGE, "Two")).toEqual([{ command: "accord other", prints: ["..."] }]);
  expect(() => examplesOf(PAGE, "Three")).toThrow("Three");
});

test("names, numbers and widths may differ, and a name of today is used from then on", async () => {
  const { asked, run } = printing([`${TODAY}: ready\n\n  records  7 of 9\nmore\n`, "done\n"]);
  for (const example of examplesOf(PAGE, "One")) expect(await run(example)).toEqual([]);
  expect(asked[1]).toBe(`accord apply ${TODAY}`);
});

test.each([
  ["another word", [`${TODAY}: failed\n  records  7 of 9\n`]],
  ["a line too few", [`${TODAY}: ready\n`]],
  ["a line between", [`${TODAY}: ready\n  warning\n  records  7 of 9\n`]],
])("a page that prints otherwise is told of: %s", async (_what, answers) => {
  const { run } = printing(answers);
  const [first] = examplesOf(PAGE, "One");
  if (!first) throw new Error("the page has no example");
  expect((await run(first)).length).toBeGreaterThan(0);
});

test("what a page leaves out without saying so is told of", async () => {
  const { run } = printing(["done\nand more\n"]);
  expect(await run({ command: "accord", prints: ["done"] })).not.toEqual([]);
});
