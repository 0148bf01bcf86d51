import type { Attribution } from "../core/attribution/model.ts";

/** Fewer won opportunities than this, and a model that learns says nothing. */
const GATE = { leastWon: 100 } as const;

/**
 * Whose touches count, and how they are credited. To change a model, add the new definition under the
 * same name below the old one: what was reported by the old one can still be asked for.
 *
 * Vendors share out under one name differently, so each weight is written down. U, W and full path are
 * HubSpot's: https://blog.hubspot.com/customers/a-closer-look-at-attribution-models-in-hubspot.
 */
export const attribution: Attribution = {
  journey: { persons: "roles", windowDays: null, dedupeMinutes: 30 },
  models: [
    { name: "first", definition: { kind: "positions", weights: { first: "1" } } },
    { name: "last", definition: { kind: "positions", weights: { closed: "1" } } },
    { name: "lead-creation", definition: { kind: "positions", weights: { leadCreation: "1" } } },
    { name: "linear", definition: { kind: "positions", weights: { others: "1" } } },
    {
      name: "u-shaped",
      definition: {
        kind: "positions",
        weights: { first: "0.4", leadCreation: "0.4", others: "0.2" },
      },
    },
    {
      name: "w-shaped",
      definition: {
        kind: "positions",
        weights: { first: "0.3", leadCreation: "0.3", opportunityCreated: "0.3", others: "0.1" },
      },
    },
    {
      name: "full-path",
      definition: {
        kind: "positions",
        weights: {
          first: "0.225",
          leadCreation: "0.225",
          opportunityCreated: "0.225",
          closed: "0.225",
          others: "0.1",
        },
      },
    },
    { name: "time-decay", definition: { kind: "time-decay", halfLifeDays: 7 } },
    {
      name: "milestones",
      definition: {
        kind: "positions",
        weights: {
          first: "0.2",
          leadCreation: "0.2",
          mql: "0.2",
          sql: "0.2",
          opportunityCreated: "0.1",
          others: "0.1",
        },
      },
    },
    { name: "markov-1", definition: { kind: "markov", order: 1, gate: GATE } },
    { name: "markov-2", definition: { kind: "markov", order: 2, gate: GATE } },
    { name: "markov-3", definition: { kind: "markov", order: 3, gate: GATE } },
    { name: "shapley", definition: { kind: "shapley", gate: GATE } },
  ],
};

/**
 * What revenue can be broken down by besides touches and owners: fields of the mapping, of the opportunity
 * or of its company, as they stood at the booking.
 */
export const DIMENSIONS: Readonly<
  Record<string, { readonly of: "opportunity" | "company"; readonly field: string }>
> = {
  segment: { of: "opportunity", field: "type" },
};
