import type { System } from "./system.ts";

/** A set as three witnesses give it: the members each side has, and those both last agreed on. */
export interface SetWitnesses {
  readonly baseline: ReadonlySet<string>;
  readonly hubspot: ReadonlySet<string>;
  readonly salesforce: ReadonlySet<string>;
}

export interface MemberWrite {
  readonly system: System;
  readonly member: string;
  readonly action: "add" | "remove";
}

export interface SetDecision {
  /** What both sides hold once the writes are done, sorted. */
  readonly members: readonly string[];
  readonly writes: readonly MemberWrite[];
}

/**
 * Decides a set member by member (SPEC.md): present and absent are a member's only values, so a
 * member on which the sides differ was moved by exactly one of them (R2).
 */
export function decideSet({ baseline, hubspot, salesforce }: SetWitnesses): SetDecision {
  const members: string[] = [];
  const writes: MemberWrite[] = [];
  for (const member of [...new Set([...baseline, ...hubspot, ...salesforce])].sort()) {
    const inHubspot = hubspot.has(member);
    const inSalesforce = salesforce.has(member);
    const wanted = inHubspot === inSalesforce ? inHubspot : !baseline.has(member);
    if (wanted) members.push(member);
    const action = wanted ? "add" : "remove";
    if (inHubspot !== wanted) writes.push({ system: "hubspot", member, action });
    if (inSalesforce !== wanted) writes.push({ system: "salesforce", member, action });
  }
  return { members, writes };
}
