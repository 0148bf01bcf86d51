import type { LedgerFields } from "../core/ledger/ledger-fields.ts";
import { Fault } from "../sync/fault.ts";
import { inParallel } from "../sync/in-parallel.ts";
import { type CreditWorld, retakeJourney } from "./credit-opportunity.ts";
import type { LedgerWorld } from "./ledger-ports.ts";
import type { Opportunities } from "./opportunities.ts";
import { factsOf } from "./opportunity-facts.ts";
import { postOpportunity } from "./post-opportunity.ts";
import { type CreditMessage, type ReattributeWorld, workOffCredits } from "./reattribute.ts";
import { tieOut } from "./tie-out.ts";
import type { TieOutResult, TieOutWorld } from "./tie-out-result.ts";

/** Work of the ledger that takes long, or that speaks to the CRMs. */
export type LedgerMessage =
  | CreditMessage
  | {
      readonly step: "ledger-catch-up";
      /** Where the page before ended; left out at the beginning. */
      readonly after?: string;
      readonly attempt: number;
    }
  | {
      readonly step: "ledger-tie-out";
      readonly id: string;
      readonly period: string;
      readonly attempt: number;
    };

export interface LedgerQueue {
  send(messages: readonly LedgerMessage[], delaySeconds: number): Promise<void>;
}

/** A tie-out that was asked for. */
interface TieOutAsked {
  readonly id: string;
  readonly period: string;
  readonly by: string;
  readonly because: string;
  readonly askedAt: string;
}

export interface TieOutStore {
  /** Kept once by its id. */
  ask(asked: TieOutAsked): Promise<void>;
  /** Kept once; a second result of the same question is dropped. */
  answer(id: string, result: TieOutResult): Promise<void>;
  load(
    id: string,
  ): Promise<{ readonly asked: TieOutAsked; readonly result?: TieOutResult } | undefined>;
}

export interface LedgerOffice extends TieOutWorld {
  readonly crediting: Omit<ReattributeWorld, "queue">;
  readonly queue: LedgerQueue;
  readonly tieOuts: TieOutStore;
}

/** A piece of work comes back this often before it is left to the queue and its dead letters. */
const MOST_ATTEMPTS = 60;

/** Does one piece of the ledger's work. A CRM that asks for patience gets it: the piece is sent again. */
export async function workOffLedger(office: LedgerOffice, message: LedgerMessage): Promise<void> {
  try {
    await work(office, message);
  } catch (error) {
    const isPassing = error instanceof Fault && error.disposition !== "give-up";
    if (!isPassing || message.attempt >= MOST_ATTEMPTS) throw error;
    const delaySeconds = Math.max(1, Math.ceil(error.retryAfterMs / 1000));
    await office.queue.send([{ ...message, attempt: message.attempt + 1 }], delaySeconds);
  }
}

async function work(office: LedgerOffice, message: LedgerMessage): Promise<void> {
  if (message.step === "ledger-tie-out") {
    await office.tieOuts.answer(message.id, await tieOut(office, message.period));
    return;
  }
  if (message.step !== "ledger-catch-up")
    return workOffCredits({ ...office.crediting, queue: office.queue }, message);
  const next = await catchUp(office, message.after);
  if (next !== undefined)
    await office.queue.send([{ step: "ledger-catch-up", after: next, attempt: 0 }], 0);
}

/** So long after a closing its journey is taken again each day, for what became known of it late. */
const RETAKEN_MS = 62 * 86_400_000;

/**
 * Judges a page of records as they are now. What the stream told of is posted already, and costs a look;
 * what it did not bring (the first deployment's past, a change that was set aside) is posted here.
 */
export async function catchUp(
  world: LedgerWorld & {
    readonly opportunities: Opportunities;
    readonly fields: LedgerFields;
    readonly crediting: CreditWorld;
  },
  after: string | undefined,
): Promise<string | undefined> {
  const { records, next } = await world.opportunities.page(after);
  const told = records.map((one) => factsOf(one, world.fields));
  await Promise.all(told.map((facts) => postOpportunity(world, facts)));
  const since = new Date(world.now() - RETAKEN_MS).toISOString();
  const late = told.filter(({ won, closedOn }) => won && closedOn !== null && closedOn >= since);
  await inParallel(late, ({ opportunityId }) => retakeJourney(world.crediting, opportunityId));
  return next;
}
