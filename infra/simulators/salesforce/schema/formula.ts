/** Part of a formula: a text of its own, or a field, possibly of a parent. */
export type FormulaPart =
  | { readonly text: string }
  | { readonly path: readonly [field: string, ...rest: string[]] };

/** `FirstName & " of " & Account.Name & 7`: texts, numbers and fields, put one after the other. */
const PART = /^\s*(?:"((?:[^"\\]|\\.)*)"|(\d+(?:\.\d+)?)|([A-Za-z]\w*(?:\.[A-Za-z]\w*)*))\s*(&|$)/;

const parsed = new Map<string, readonly FormulaPart[] | undefined>();

function parse(formula: string): FormulaPart[] | undefined {
  const parts: FormulaPart[] = [];
  let rest = formula;
  for (;;) {
    const match = PART.exec(rest);
    if (!match) return undefined;
    const [whole, text, number, path, joiner] = match;
    const [field, ...more] = path?.split(".") ?? [];
    if (field !== undefined) parts.push({ path: [field, ...more] });
    else parts.push({ text: number ?? text?.replace(/\\(.)/g, "$1") ?? "" });
    rest = rest.slice(whole.length);
    if (joiner === "") return rest === "" ? parts : undefined;
  }
}

/** The parts of `formula`, or undefined where it says more than this simulator understands. */
export function formulaParts(formula: string): readonly FormulaPart[] | undefined {
  if (!parsed.has(formula)) parsed.set(formula, parse(formula));
  return parsed.get(formula);
}
