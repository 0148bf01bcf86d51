import type { Run } from "./run-schemas.ts";
import type { Shell } from "./shell.ts";

const STATES = ["done", "refused", "failed", "undone", "left", "planned", "applying"];

/** A run in numbers, and how to see what it left. */
export function renderRun(shell: Shell, read: Run): void {
  const {
    id,
    what,
    of,
    plan,
    state,
    reason,
    items,
    counts,
    used,
    limits,
    budget,
    createsPerMinute,
    createdLately = 0,
    calls,
    forecast,
  } = read;
  const counted = STATES.flatMap((name) => (counts[name] ? [`${counts[name]} ${name}`] : []));
  const usedWords = ["creates", "updates", "archives"].map(
    (name) => `${used[name] ?? 0} ${name} of ${limits[name] ?? "any"}`,
  );
  const lines = [
    ["state", reason ? `${state}: ${reason}` : state],
    [{ apply: "applies", undo: "takes back", release: "releases" }[what], of ?? plan],
    ["records", `${items}: ${counted.join(", ") || "none yet"}`],
    ["used", usedWords.join(", ")],
    ["budget", budget ? `${Math.round(budget * 100)} % of the CRMs' limits` : "what live leaves"],
    ...(createsPerMinute
      ? [["pace", `${createsPerMinute} creates a minute; ${createdLately} in the last one`]]
      : []),
    ["calls", `HubSpot ${calls.hubspot}, Salesforce ${calls.salesforce}`],
    ...(forecast
      ? [["forecast", `HubSpot ${forecast.calls.hubspot}, Salesforce ${forecast.calls.salesforce}`]]
      : []),
  ];
  shell.line(`${id}\n`);
  for (const [name = "", text] of lines) shell.line(`  ${name.padEnd(11)} ${text}`);
  const told = ["refused", "failed", "left"].filter((name) => counts[name]);
  if (told.length > 0) shell.line("");
  for (const name of told) shell.line(`  which: accord plan items ${plan} --state ${name}`);
}
