import { execFile } from "node:child_process";

/** A command of a page, as a person would type it, and what the page says that it prints. */
export interface Example {
  readonly command: string;
  readonly prints: readonly string[];
}

/** The commands of a page's fenced blocks, under headings that `chapters` names: lines after `$ `. */
export function examplesOf(page: string, chapter: string): Example[] {
  const text = page.split(/^(?=## )/m).find((one) => one.startsWith(`## ${chapter}\n`));
  if (text === undefined) throw new Error(`the page has no chapter '${chapter}'`);
  const blocks = [...text.matchAll(/^```\n(\$ .*?)^```$/gms)].map(([, block = ""]) => block);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((entry) => {
        const [, command = "", rest = ""] = /^((?:[^\n]*\\\n)*[^\n]*)\n(.*)$/s.exec(entry) ?? [];
        return {
          command: command.replaceAll(/\\\n\s*/g, ""),
          prints: rest.split("\n").filter((line) => line.trim() !== ""),
        };
      }),
  );
}

/** Words that differ each time: the page's own is replaced by today's in the commands that follow. */
const NAMES = [
  /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/,
  /(?:plan|run|undo|parity|figures)-\d{4}-\d{2}-\d{2}-[0-9a-f]+/,
  /00[0-9A-Za-z]{1}[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?/,
  /\d{4}-\d{2}-\d{2}T[0-9:.]+Z/,
  /\b[0-9a-f]{40,64}\b/,
];
const NAME = new RegExp(NAMES.map(({ source }) => source).join("|"), "g");
const NUMBER = /\d[\d.,]*/g;

/** Runs the examples of a page in its order, and compares what they print with what it says. */
export function pageRunner(run: (command: string) => Promise<string>) {
  const names = new Map<string, string>();
  return async ({ command, prints }: Example): Promise<string[]> => {
    const today = command.replaceAll(NAME, (name) => names.get(name) ?? name);
    const printed = (await run(today)).split("\n").filter((line) => line.trim() !== "");
    return compare(prints, printed, names);
  };
}

/** What is not as the page says; `...` stands for lines, or for the rest of one, that it leaves out. */
function compare(
  prints: readonly string[],
  printed: readonly string[],
  names: Map<string, string>,
): string[] {
  let at = 0;
  let mayskip = false;
  for (const line of prints) {
    if (line.trim() === "...") {
      mayskip = true;
      continue;
    }
    const found = printed.findIndex(
      (one, place) => place >= at && (mayskip || place === at) && isLike(line, one, names),
    );
    if (found < 0)
      return [`the page says: ${line}`, `it prints: ${printed.slice(at).join("\n           ")}`];
    at = found + 1;
    mayskip = false;
  }
  const rest = printed.slice(at);
  return rest.length > 0 && !mayskip ? [`the page leaves out: ${rest.join("\n")}`] : [];
}

/** Whether a line differs from the page's in names, numbers and the widths of columns alone. */
function isLike(line: string, printed: string, names: Map<string, string>): boolean {
  const own = line.match(NAME) ?? [];
  const like = line
    .trim()
    .split(/\s+/)
    .map((word) =>
      word === "..."
        ? ".*"
        : word
            .split(new RegExp(`(${NAME.source}|${NUMBER.source})`))
            .map((part, place) => (place % 2 === 0 ? literal(part) : wild(part)))
            .join(""),
    )
    .join("\\s+");
  const match = new RegExp(`^\\s*${like}\\s*$`).exec(printed);
  if (!match) return false;
  for (const [place, name] of own.entries()) names.set(name, match[place + 1] ?? name);
  return true;
}

function wild(part: string): string {
  const name = NAMES.find(({ source }) => new RegExp(`^(?:${source})$`).test(part));
  return name ? `(${name.source})` : NUMBER.source;
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Runs a line of the shell, and answers all that it says; fails where the line does. */
export function runLine(line: string, env: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("bash", ["-c", `exec 2>&1; ${line}`], { env }, (error, stdout) => {
      if (error) reject(new Error(`${line}\n${stdout}`));
      else resolve(stdout);
    });
  });
}
