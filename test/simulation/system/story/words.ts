import type { Action, Fault, Story } from "./story.ts";

/** A story in words: what people did, and what went wrong meanwhile, in the order of both. */
export function wordsOfStory({ happenings, faults, skewMs, tells }: Story): string[] {
  const lines = [
    ...happenings.map(({ atMs, action }) => ({ atMs, line: wordsOfAction(action) })),
    ...faults.map((fault) => ({ atMs: fault.atMs, line: wordsOfFault(fault) })),
  ].sort((one, other) => one.atMs - other.atMs);
  const around = [
    ...(["hubspot", "salesforce"] as const)
      .filter((system) => skewMs[system] !== 0)
      .map((system) => `the clock of ${system} is ${skewMs[system]} ms ahead`),
    ...(["hubspot", "salesforce"] as const)
      .filter((system) => !tells[system])
      .map((system) => `${system} tells of no change`),
  ];
  return [...around, ...lines.map(({ atMs, line }) => `+${(atMs / 1000).toFixed(1)}s ${line}`)];
}

function wordsOfAction(action: Action): string {
  switch (action.kind) {
    case "create":
      return `somebody creates ${action.thing} in ${action.system} as ${action.object}: ${valuesOf(action.values)}`;
    case "edit":
      return `somebody edits ${action.thing} in ${action.system}: ${valuesOf(action.values)}`;
    case "delete":
      return `somebody deletes ${action.thing} in ${action.system}`;
    case "restore":
      return `somebody restores ${action.thing} in ${action.system}`;
    case "convert":
      return `somebody converts the lead of ${action.thing}`;
    case "merge":
      return `somebody merges ${action.other} into ${action.thing} in ${action.system}`;
    case "relate":
      return `somebody ${action.present ? "puts" : "takes"} ${action.person} ${action.present ? "on" : "off"} ${action.thing} in ${action.system}`;
  }
}

function valuesOf(values: Readonly<Record<string, string | null | undefined>>): string {
  return Object.entries(values)
    .map(([field, value]) => `${field} ${value === null ? "cleared" : `"${value}"`}`)
    .join(", ");
}

function wordsOfFault({ kind, system, skip, forMs }: Fault): string {
  const where = system ? ` of ${system}` : "";
  const which = skip > 0 ? ` the ${skip + 1}th next` : " the next";
  const long = forMs > 0 ? ` for ${Math.round(forMs / 1000)} s` : "";
  return `fault ${kind}${where} meets${which}${long}`;
}
