import type { EntryKind } from "../ledger/entry.ts";
import type { Money } from "../money/money.ts";
import type { System } from "../reconcile/system.ts";
import type { TouchKind } from "../touches/touch.ts";
import type { CreditedStep, TouchCredit } from "./credit-steps.ts";

/** Before and after the step: whether it has a share in a deal that counts as won. */
type Won = TouchCredit["won"];

/** What one touch is given of one entry, with all that reports and exports say of the touch. */
export interface Credit {
  readonly personId: string;
  readonly touchId: string;
  /** When the touch happened, an ISO instant. */
  readonly at: string;
  readonly kind: TouchKind;
  /** The CRM record that tells of it. */
  readonly system: System;
  readonly object: string;
  readonly recordId: string;
  readonly source: string;
  readonly detail: string | null;
  readonly content: string | null;
  readonly campaignId: string | null;
  readonly campaign: string | null;
  /** Minor units of the row's `amount` and `corporate`; below zero where credit is taken back. */
  readonly minor: bigint;
  readonly corporate: bigint;
  readonly won: Won;
}

/**
 * How one version of a model credits one step of an opportunity: an entry of the ledger, or its journey
 * taken once more. Its credits and what is unattributed add up to its amounts, exactly (P5). Never edited.
 */
export interface CreditRow {
  readonly model: string;
  readonly version: string;
  readonly opportunityId: string;
  /** 1, 2, 3, … within the opportunity; the same step has the same number for every model. */
  readonly step: number;
  /** When the entry was posted, or the journey taken: an ISO instant. */
  readonly at: string;
  /** `journey`: no entry, its amounts are zero, and credit moves between touches. */
  readonly kind: EntryKind | "journey";
  /** Of the ledger entry, and its hash; null where there is none. */
  readonly sequence: number | null;
  readonly entryHash: string | null;
  /** `YYYY-MM-DD`. */
  readonly effectiveDay: string;
  readonly owner: string | null;
  readonly dimensions: Readonly<Record<string, string | null>>;
  readonly amount: Money;
  readonly corporate: Money;
  readonly won: Won;
  readonly credits: readonly Credit[];
  /** What no touch earned. */
  readonly unattributed: Pick<Credit, "minor" | "corporate" | "won">;
}

/** Which version of which model. */
export type VersionName = Pick<CreditRow, "model" | "version">;

export function rowOf({ model, version }: VersionName, credited: CreditedStep): CreditRow {
  const { step, effectiveDay, owner, dimensions, amount, corporate, won } = credited;
  const { opportunityId, number, at, entry } = step;
  return {
    ...{ model, version, opportunityId, step: number, at },
    kind: entry?.kind ?? "journey",
    sequence: entry?.sequence ?? null,
    entryHash: entry?.hash ?? null,
    ...{ effectiveDay, owner, dimensions, amount, corporate, won },
    credits: credited.credits.map(creditOf),
    unattributed: credited.unattributed,
  };
}

function creditOf({ touch: { personId, source, touch }, ...given }: TouchCredit): Credit {
  const { id: touchId, at, kind, system, origin, details, title, campaign } = touch;
  const campaignId = campaign?.id ?? null;
  return {
    ...{ personId, touchId, at, kind, system, object: origin.object, recordId: origin.id, source },
    detail: details[0] ?? null,
    content: title ?? details[1] ?? null,
    campaignId,
    campaign: campaign?.name ?? campaignId,
    ...given,
  };
}
