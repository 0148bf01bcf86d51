import type { System } from "../core/reconcile/system.ts";
import { addCalls, type Calls } from "./calls.ts";
import type { PlanItem, PlannedChange, PlannedRelation } from "./plan.ts";

/** Records of one call that writes. A contract test holds this file against the adapters. */
const TOGETHER: Calls = { hubspot: 100, salesforce: 200 };

/** Records of one call that asks who has edited them. Source: the adapters. */
const EDITORS_TOGETHER: Calls = { hubspot: 50, salesforce: 200 };

/** Where an opportunity's relations lead, by object. */
const RELATION_OF: Readonly<Record<string, PlannedRelation["relation"]>> = {
  contacts: "person",
  Contact: "person",
  companies: "company",
  Account: "company",
};

/** Objects of which a read takes more than one call: their relations are read by calls of their own. */
const CALLS_A_READ: Readonly<Record<string, number>> = {
  deals: 3,
  Contact: 2,
  Account: 2,
  Opportunity: 2,
};

/** HubSpot moves a stage back in two calls, whatever else is written. */
const STAGE = "lifecyclestage";

type Page = readonly Pick<PlanItem, "changes" | "relations" | "awaits">[];

/** What writing a page of items takes where nothing is refused; looking at it is not in it. */
export function callsToApply(page: Page): Calls {
  const changes = page.flatMap((item) => item.changes);
  const relations = page.flatMap((item) => [
    ...item.relations,
    ...item.awaits.flatMap(whenItIsThere),
  ]);
  return addCalls(callsToWrite(changes), callsToRelate(relations));
}

/** What taking a page of items back takes: it is read, related, written and archived. */
export function callsToUndo(page: Page): Calls {
  const changes = page.flatMap((item) => item.changes);
  const updates = changes.filter(({ id }) => id !== undefined);
  const created = changes.filter(({ id }) => id === undefined);
  const relations = page
    .filter((item) => item.changes.every(({ id }) => id !== undefined))
    .flatMap((item) => item.relations.map(taken));
  const isMoved = updates.some(({ object, properties }) =>
    properties.some(({ property, from }) => object !== "deals" && property === STAGE && from),
  );
  return addCalls(
    callsToRead(changes),
    callsToRelate(relations),
    callsToWrite(updates),
    { hubspot: isMoved ? 2 : 0, salesforce: 0 },
    callsToAskForEditors(created),
    callsToArchive(created),
  );
}

function callsToWrite(changes: readonly PlannedChange[]): Calls {
  return bySystem(changes, ({ object, id }) => `${object} ${id === undefined}`);
}

function callsToRead(changes: readonly PlannedChange[]): Calls {
  return bySystem(changes, ({ object }) => object, {
    callsOf: (object) => CALLS_A_READ[object] ?? 1,
  });
}

/** A record that somebody has edited visibly is not asked for: few are, and none when it is forecast. */
function callsToAskForEditors(created: readonly PlannedChange[]): Calls {
  return bySystem(created, ({ object }) => object, { together: EDITORS_TOGETHER });
}

/** Salesforce takes records of any objects together. */
function callsToArchive(changes: readonly PlannedChange[]): Calls {
  return bySystem(changes, ({ system, object }) => (system === "hubspot" ? object : ""));
}

/** A call for each so many of one sort. */
function bySystem<One extends { readonly system: System }>(
  all: readonly One[],
  sortOf: (one: One) => string,
  {
    callsOf = () => 1,
    together = TOGETHER,
  }: { readonly callsOf?: (sort: string) => number; readonly together?: Calls } = {},
): Calls {
  const count = (system: System) =>
    [
      ...Map.groupBy(
        all.filter((one) => one.system === system),
        sortOf,
      ),
    ].reduce(
      (sum, [sort, { length }]) => sum + Math.ceil(length / together[system]) * callsOf(sort),
      0,
    );
  return { hubspot: count("hubspot"), salesforce: count("salesforce") };
}

/** Salesforce's roles are read before they are changed, and so is the account that is to be taken away. */
function callsToRelate(relations: readonly PlannedRelation[]): Calls {
  const calls = bySystem(relations, ({ relation, action }) => `${relation} ${action}`);
  const ours = relations.filter(({ system }) => system === "salesforce");
  const isRead = [
    ours.some(({ relation }) => relation === "person"),
    ours.some(({ relation, action }) => relation === "company" && action === "remove"),
  ];
  return addCalls(calls, { hubspot: 0, salesforce: isRead.filter(Boolean).length });
}

/** What is waited for is created by the same run, and related then on the side where it was not. */
function whenItIsThere(awaited: string): PlannedRelation[] {
  const [from, object = "", otherId = ""] = awaited.split("#");
  const relation = RELATION_OF[object];
  const system = from === "hubspot" ? "salesforce" : "hubspot";
  // Salesforce decides an opportunity's account.
  if (!relation || (relation === "company" && system === "salesforce")) return [];
  return [{ system, relation, action: "add", otherId }];
}

function taken(relation: PlannedRelation): PlannedRelation {
  return { ...relation, action: relation.action === "add" ? "remove" : "add" };
}
