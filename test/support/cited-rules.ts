import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** A rule of a SPEC, or a promise, with the sentences of the tests that cite it. */
export interface Cited {
  readonly rule: string;
  readonly says: string;
  readonly tests: readonly { readonly file: string; readonly sentence: string }[];
}

/** What Accord promises. ARCHITECTURE's own words are longer; README's reader gets these. */
const PROMISES: Readonly<Record<string, string>> = {
  P1: "Nothing is lost",
  P2: "Order does not matter",
  P3: "No echoes, no duplicates",
  P4: "One bad field never blocks its neighbours",
  P5: "Credit never exceeds money",
  P6: "History does not move",
  P7: "Everything explains itself",
  P8: "The customer's limits are respected",
  P9: "Observe first",
};

/** `**R1** Both systems say the same: agreed, whatever …`, up to the first stop. */
const RULE_IN_SPEC = /^(?:[-*] )?\*\*([A-Z]{1,2}\d+)\*\*\s+([^.:;]+)/gm;

/** `P1`, `R1-R3`, `L2–L4`. */
const CITATION = /\b([A-Z]{1,2})(\d+)(?:[-–]\1?(\d+))?/g;

/** Every promise and every numbered rule of a SPEC.md below `root`, with the tests that cite it. */
export function citedRules(root: string): Cited[] {
  const rules = { ...PROMISES, ...rulesOfSpecs(root) };
  const found = globSync("test/**/*.test.ts", { cwd: root }).sort();
  const sentences = found.flatMap((file) =>
    sentencesIn(readFileSync(join(root, file), "utf8")).map((sentence) => ({ file, sentence })),
  );
  return Object.entries(rules).map(([rule, says]) => ({
    rule,
    says,
    tests: sentences.filter(({ sentence }) => citationsIn(sentence).includes(rule)),
  }));
}

function rulesOfSpecs(root: string): Record<string, string> {
  const specs = globSync("shared/core/*/SPEC.md", { cwd: root }).sort();
  return Object.fromEntries(
    specs.flatMap((spec) =>
      [...readFileSync(join(root, spec), "utf8").matchAll(RULE_IN_SPEC)].map(
        ([, rule = "", says = ""]) => [rule, says.replace(/\s+/g, " ").trim()],
      ),
    ),
  );
}

function citationsIn(sentence: string): string[] {
  return [...sentence.matchAll(CITATION)].flatMap(([, letter, first, last = first]) =>
    Array.from(
      { length: Math.max(0, Number(last) - Number(first)) + 1 },
      (_, index) => `${letter}${Number(first) + index}`,
    ),
  );
}

/** The sentences of all tests of a file; a test stands under what its `describe` says. */
function sentencesIn(text: string): string[] {
  const sentences: string[] = [];
  const visit = (node: ts.Node, above: string): void => {
    const call = ts.isCallExpression(node) ? node : undefined;
    const [title] = call?.arguments ?? [];
    const name = call && nameOfCall(call.expression);
    const says = title && ts.isStringLiteralLike(title) ? title.text : titleOf(title);
    if (name && says !== undefined) {
      const sentence = above === "" ? says : `${above}: ${says}`;
      if (name === "test") sentences.push(sentence);
      else ts.forEachChild(node, (child) => visit(child, sentence));
      return;
    }
    ts.forEachChild(node, (child) => visit(child, above));
  };
  visit(ts.createSourceFile("test.ts", text, ts.ScriptTarget.Latest, true), "");
  return sentences;
}

function titleOf(title: ts.Node | undefined): string | undefined {
  return title && ts.isTemplateExpression(title) ? title.getText().slice(1, -1) : undefined;
}

/** `test`, `test.each([…])`, `describe.skipIf(…)`: by the name that it begins with. */
function nameOfCall(expression: ts.Expression): "test" | "describe" | undefined {
  if (ts.isIdentifier(expression))
    return expression.text === "test" || expression.text === "describe"
      ? expression.text
      : undefined;
  if (ts.isPropertyAccessExpression(expression) || ts.isCallExpression(expression))
    return nameOfCall(expression.expression);
  return undefined;
}

/** The page that lists them. */
export function promisesPage(rules: readonly Cited[]): string {
  const sections = rules.map(({ rule, says, tests }) => {
    const byFile = Map.groupBy(tests, ({ file }) => file);
    const lines = [...byFile].flatMap(([file, ours]) => [
      `- \`${file}\``,
      ...ours.map(({ sentence }) => `  - ${sentence}`),
    ]);
    return [`## ${rule} ${says}`, "", ...lines, ""].join("\n");
  });
  return [
    "# Which test shows which promise",
    "",
    "Promises P and the numbered rules of each `shared/core/*/SPEC.md`, with the tests that cite them.",
    "Written by `npm run promises`; a test fails when it is out of date, or a rule has no test.",
    "",
    ...sections,
  ].join("\n");
}
