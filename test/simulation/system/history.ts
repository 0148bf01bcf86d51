import {
  POLLED_OBJECTS,
  SWEPT_LINKS,
  SWEPT_RELATIONS,
} from "../../../shared/config/polled-objects.ts";
import type { System } from "../../../shared/core/reconcile/system.ts";
import type { Ref } from "../../../shared/sync/ports.ts";
import { activeLink, isLinkedOnBothSides } from "../../../shared/sync/record.ts";
import { Faults } from "./office/faults.ts";
import type { Landed } from "./office/network.ts";
import { Office, type Working } from "./office/office.ts";
import { openTwoSides, type TwoSides } from "./office/two-sides.ts";
import { AWAKE_MS } from "./story/channels.ts";
import { People } from "./story/people.ts";
import type { Fault, Story } from "./story/story.ts";
import { live } from "./virtual/globals.ts";
import { Scheduler } from "./virtual/scheduler.ts";
import { chanceOf } from "./virtual/streams.ts";

const BEGINNING_MS = Date.parse("2026-03-02T08:00:00.000Z");
const MINUTE_MS = 60_000;

/** A write of Accord's that took effect. */
export interface Wrote {
  readonly atMs: number;
  readonly system: System;
  readonly startedMs: number;
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** A poll of an object that nothing has changed in for this long would read the same again. */
const CHANGED_WITHIN_MS = 2.5 * MINUTE_MS;
/** Quiet for so many minutes in a row is settled: every message, notice and poll had its turn. */
const QUIET_MINUTES = 3;
/** Retries, leases and visibility time-outs end long before. */
const MOST_MINUTES = 300;

/** A story as it goes on, with everything in it. */
export class History {
  readonly story: Story;
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly wrote: Wrote[] = [];
  readonly sides: TwoSides;
  readonly office: Office;
  readonly people: People;
  /** Messages that were in the dead letters, and were sent again by an operator. */
  redriven = 0;
  readonly #tell: (line: string) => void;
  readonly #startMs: number;
  readonly #changedMs: Record<System, number> = { hubspot: 0, salesforce: 0 };
  readonly #polledMs = new Map<string, number>();

  private constructor({ story, scheduler, sides, faults, tell, startMs, working }: Opened) {
    this.story = story;
    this.scheduler = scheduler;
    this.sides = sides;
    this.faults = faults;
    this.#tell = tell;
    this.#startMs = startMs;
    this.office = new Office({
      story,
      scheduler,
      faults,
      crms: sides.crms,
      onLanding: (landed) => this.#land(landed),
      tell,
      ...working,
    });
    this.people = new People({
      ...sides,
      now: scheduler.now,
      partnerOf: (ref, system) => this.#partnerOf(ref, system),
      agreedOn: (ref, field) => this.#agreedOn(ref, field),
      onChange: (system) => {
        this.#changedMs[system] = scheduler.now();
      },
      tell,
    });
    const random = chanceOf(story.seed, "adapters").next;
    live({ scheduler, random, fetch: this.office.network.fetch });
  }

  /** Opens both CRMs and Accord, before the story begins. */
  static async open(
    story: Story,
    tell?: (line: string) => void,
    working: Working = {},
  ): Promise<History> {
    const scheduler = new Scheduler(BEGINNING_MS);
    let history: History | undefined;
    const sides = await openTwoSides(story, scheduler, (system) => async (url, init) => {
      if (!history) return new Response("", { status: 503 });
      return history.office.notices.fetchOf(system)(url, init);
    });
    const startMs = scheduler.now();
    const sinceStart = () => scheduler.now() - startMs;
    const stamped = tell
      ? (line: string) => tell(`+${(sinceStart() / 1000).toFixed(2)}s ${line}`)
      : () => undefined;
    const faults = new Faults(story.faults, { sinceStart, tell: stamped });
    history = new History({ story, scheduler, sides, faults, tell: stamped, startMs, working });
    return history;
  }

  /** Lets people do all that the story says, while the polls go on; then faults are over. */
  async tellStory(): Promise<void> {
    const { scheduler, story, people } = this;
    const { silence } = story;
    if (silence)
      scheduler.at(this.#startMs + silence.fromMs, () => this.office.notices.fallSilent());
    if (silence)
      scheduler.at(this.#startMs + silence.untilMs, () => this.office.notices.speakAgain());
    for (const { atMs, action } of story.happenings)
      scheduler.at(this.#startMs + atMs, () => void people.act(action));
    const lastMs = Math.max(story.happenings.at(-1)?.atMs ?? 0, silence?.untilMs ?? 0);
    for (const fault of story.faults.filter(({ kind }) => kind === "late-commit"))
      scheduler.at(this.#startMs + fault.atMs, () => this.#commitLate(fault));
    const endMs = this.#startMs + lastMs + (silence ? AWAKE_MS : 1000);
    if (this.#looksIn()) this.#sweep();
    for (let minute = 0; scheduler.now() < endMs; minute += 1) {
      if (this.#looksIn()) this.#pollAll(minute);
      await scheduler.runTo(Math.min(endMs, scheduler.now() + MINUTE_MS));
    }
    this.faults.end();
    this.#tell("the story is told, and all faults are over");
  }

  /** Lets time pass until nothing happens any more. Answers false where that does not come. */
  async settle(): Promise<boolean> {
    let quiet = 0;
    for (let minute = 0; minute < MOST_MINUTES; minute += 1) {
      if (this.#looksIn()) this.#pollAll(minute);
      const writes = this.wrote.length;
      await this.scheduler.runTo(this.scheduler.now() + MINUTE_MS);
      const { queues, notices, running } = this.office;
      const isQuiet =
        queues.isEmpty && running === 0 && notices.underWay === 0 && this.wrote.length === writes;
      quiet = isQuiet ? quiet + 1 : 0;
      if (quiet < QUIET_MINUTES) continue;
      if (queues.dead.length === 0) return true;
      this.redriven += queues.dead.length;
      this.#tell(`an operator sends ${queues.dead.length} dead letters again`);
      queues.redrive();
      quiet = 0;
    }
    return false;
  }

  /** Lets time pass, with its polls. */
  async goOn(ms: number): Promise<void> {
    const untilMs = this.scheduler.now() + ms;
    for (let minute = 0; this.scheduler.now() < untilMs; minute += 1) {
      this.#pollAll(minute);
      await this.scheduler.runTo(Math.min(untilMs, this.scheduler.now() + MINUTE_MS));
    }
  }

  /** A day goes by: what is gone over whole once a day finds what no notice and no poll told. */
  async sweepAll(): Promise<void> {
    await this.scheduler.runTo(this.scheduler.now() + 25 * 60 * MINUTE_MS);
    if (this.#looksIn()) this.#sweep();
    void this.office.retryParked();
    await this.scheduler.runTo(this.scheduler.now() + MINUTE_MS);
  }

  /** Some days in which nobody does anything; polls and sweeps look in now and then. */
  async wait(): Promise<void> {
    for (const hours of [2, 70]) {
      await this.scheduler.runTo(this.scheduler.now() + hours * 60 * MINUTE_MS);
      this.#polledMs.clear();
      this.#pollAll(0);
      if (hours > 24) this.#sweep();
      await this.scheduler.runTo(this.scheduler.now() + 10 * MINUTE_MS);
    }
  }

  /** Whether polls and sweeps have their turn at this moment. */
  #looksIn(): boolean {
    const { polls, silence } = this.story;
    const atMs = this.scheduler.now() - this.#startMs;
    return polls && !(silence && atMs >= silence.fromMs && atMs < silence.untilMs);
  }

  #sweep(): void {
    const sweeps = [
      ...SWEPT_RELATIONS.map((swept) => ({ ...swept, what: "relations" as const })),
      ...SWEPT_LINKS.map((swept) => ({ ...swept, what: "links" as const })),
    ];
    for (const [index, sweep] of sweeps.entries())
      this.scheduler.after(index * 1000, () => void this.office.poll(sweep));
  }

  #commitLate(fault: Fault): void {
    this.faults.lateCommit(fault);
    const body = JSON.stringify({ transactions: 1, ms: fault.forMs });
    void this.sides.crms.salesforce.request("/_simulator/late-commits", { method: "POST", body });
  }

  #pollAll(minute: number): void {
    const { scheduler } = this;
    for (const [index, poll] of POLLED_OBJECTS.entries()) {
      const key = `${poll.system} ${poll.object}`;
      const polledMs = this.#polledMs.get(key);
      const isFresh =
        polledMs !== undefined && this.#changedMs[poll.system] + CHANGED_WITHIN_MS < polledMs;
      if (isFresh && minute % 10 !== 0) continue;
      scheduler.after(index * 1500, () => {
        const atMs = scheduler.now();
        void this.office.poll(poll).then((caughtUp) => {
          if (caughtUp) this.#polledMs.set(key, atMs);
          else this.#polledMs.delete(key);
        });
      });
    }
  }

  #land({ system, environment, method, url, body = "" }: Landed): void {
    if (method === "GET" || /\/(search|read|token)$/.test(url.pathname)) return;
    const atMs = this.scheduler.now();
    this.#changedMs[system] = atMs;
    const { startedMs } = environment;
    this.wrote.push({ atMs, system, startedMs, method, path: url.pathname, body });
    this.#tell(
      `${environment.name} writes: ${method} ${system} ${url.pathname} ${body.slice(0, 300)}`,
    );
  }

  #agreedOn(ref: Ref, field: string): string | null | undefined {
    const record = this.office.memory.tiedTo(ref);
    return record && isLinkedOnBothSides(record) ? record.fields[field]?.baseline : undefined;
  }

  /** The record that Accord has tied to this one on the other side. */
  #partnerOf(ref: Ref, system: System): Ref | undefined {
    const record = this.office.memory.tiedTo(ref);
    const link = record && activeLink(record, system);
    return link && { system, object: link.object, id: link.id };
  }
}

interface Opened {
  readonly story: Story;
  readonly scheduler: Scheduler;
  readonly sides: TwoSides;
  readonly faults: Faults;
  readonly tell: (line: string) => void;
  readonly startMs: number;
  readonly working: Working;
}
