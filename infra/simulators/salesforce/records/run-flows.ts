import type { Field } from "../schema/field.ts";
import type { SObjectType } from "../schema/schema.ts";
import { allHold } from "../setup/condition.ts";
import type { Assignment, Flow } from "../setup/org-setup.ts";
import { ExactNumber, type Row, type Scalar } from "./exact-json.ts";
import { readFieldValue } from "./field-value.ts";
import { Refusal } from "./refusal.ts";
import type { Draft, Writing } from "./writing.ts";

function textOf(value: Scalar | undefined): string {
  if (value === null || value === undefined) return "";
  return value instanceof ExactNumber ? value.text : String(value);
}

/** "ann-marie o'NEIL" is "Ann-Marie O'Neil". */
function titleCase(text: string): string {
  return text
    .toLowerCase()
    .replace(/(^|[^\p{L}\p{N}])(\p{L})/gu, (_whole, before: string, letter: string) => {
      return before + letter.toUpperCase();
    });
}

/** The value that an assignment gives, in the form in which a caller would send it. */
function assigned(to: Assignment, name: string, { row, before }: FlowRun): unknown {
  const own = textOf(row[name]);
  if ("constant" in to) return typeof to.constant === "number" ? String(to.constant) : to.constant;
  if ("copyOf" in to) return row[to.copyOf] ?? null;
  if ("upper" in to) return textOf(row[to.upper]).toUpperCase();
  if ("lower" in to) return textOf(row[to.lower]).toLowerCase();
  if ("title" in to) return titleCase(textOf(row[to.title]));
  if ("append" in to) return own.endsWith(to.append) ? own : own + to.append;
  if ("prepend" in to) return own.startsWith(to.prepend) ? own : to.prepend + own;
  return before ? (before[name] ?? null) : (row[name] ?? null);
}

interface FlowRun {
  readonly row: Draft;
  readonly before: Row | undefined;
}

function isSame(a: Scalar | undefined, b: Scalar | undefined): boolean {
  return textOf(a) === textOf(b) && typeof (a ?? null) === typeof (b ?? null);
}

/** The text of what a flow cannot do is from memory; its code is the platform's. */
function flowFault(name: string, cause: Refusal): Refusal {
  return new Refusal(
    "CANNOT_EXECUTE_FLOW_TRIGGER",
    `We can't save this record because the “${name}” process failed. ${cause.errorCode}: ${cause.message}`,
    { fields: [] },
  );
}

function assign(flow: Flow, field: Field, to: Assignment, run: FlowRun): boolean {
  try {
    const value = readFieldValue(field, assigned(to, field.name, run));
    if (isSame(run.row[field.name], value)) return false;
    run.row[field.name] = value;
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw flowFault(flow.name ?? "flow", error);
  }
}

function isDue(flow: Flow, run: FlowRun): boolean {
  const event = run.before ? "update" : "create";
  return (flow.on === event || flow.on === "create-or-update") && allHold(flow.when, run);
}

/** What the flows of one save did: the fields they changed, and under whose name. */
interface FlowsRun {
  readonly changed: ReadonlySet<string>;
  readonly userId: string | undefined;
}

/** Lets each flow that is due change `row`, in the order in which they were declared. */
export function runFlows({ access }: Writing, type: SObjectType, run: FlowRun): FlowsRun {
  const changed = new Set<string>();
  let userId: string | undefined;
  for (const flow of access.database.setup.flows.of(type.name)) {
    if (!isDue(flow, run)) continue;
    for (const [name, to] of Object.entries(flow.set)) {
      const field = type.fields.get(name.toLowerCase());
      if (!field || !assign(flow, field, to, run)) continue;
      changed.add(field.name);
      userId = flow.asUser ?? userId;
    }
  }
  return { changed, userId };
}
