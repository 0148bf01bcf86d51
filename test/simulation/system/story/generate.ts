import type { System } from "../../../../shared/core/reconcile/system.ts";
import { type Chance, chanceOf, weighted } from "../virtual/streams.ts";
import { type Channels, overChannels } from "./channels.ts";
import { type FieldName, fieldsOf, type ThingKind } from "./fields.ts";
import {
  type Action,
  CALL_FAULTS,
  type Fault,
  type FaultKind,
  type Happening,
  NOTICE_FAULTS,
  OFFICE_FAULTS,
  type Story,
  type Thing,
  type Values,
} from "./story.ts";

/** Between two things that people do, on the average. */
const PACE_MS = 1000;

/** Makes up a story of so many things that people do, and of what goes wrong meanwhile. */
export function storyOf(seed: number, events: number, channels: Channels = "both"): Story {
  const chance = chanceOf(seed, "story");
  const writer = new Writer(chance);
  const happenings = writer.write(events);
  const lengthMs = happenings.at(-1)?.atMs ?? 0;
  const skew = () =>
    weighted(chance, [
      [6, 0],
      [3, chance.whole(-2000, 2000)],
      [1, chance.whole(-280_000, 280_000)],
    ]);
  const story: Story = {
    seed,
    mode: seed % 25 === 24 ? "observe" : "sync",
    happenings,
    faults: faultsOf(chanceOf(seed, "faults"), { lengthMs, most: Math.ceil(events / 4) }),
    skewMs: { hubspot: skew(), salesforce: skew() },
    tells: { hubspot: !chance.is(0.15), salesforce: !chance.is(0.2) },
    polls: true,
  };
  return overChannels(story, channels);
}

/** Where people make what. Most of it is what goes across; the rest stays where it is. */
const MADE_AS: Readonly<Record<ThingKind, readonly (readonly [number, string])[]>> = {
  person: [
    [6, "contacts"],
    [3, "Contact"],
    [1, "Lead"],
  ],
  company: [
    [1, "companies"],
    [3, "Account"],
  ],
  opportunity: [
    [8, "Opportunity"],
    [1, "deals"],
  ],
};

class Writer {
  readonly #chance: Chance;
  readonly #happenings: Happening[] = [];
  readonly #things: Record<ThingKind, Thing[]> = { person: [], company: [], opportunity: [] };
  #atMs = 0;
  #typed = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  write(events: number): Happening[] {
    const opening = Math.max(4, Math.floor(events / 12));
    for (let count = 0; count < opening; count += 1) this.#add(this.#create());
    while (this.#happenings.length < events) {
      this.#pass();
      this.#next();
    }
    return this.#happenings;
  }

  #pass(): void {
    const { is, whole } = this.#chance;
    // Mostly a few seconds; sometimes at once; now and then a break in which all settles.
    this.#atMs += is(0.25)
      ? whole(0, 400)
      : is(0.03)
        ? whole(30_000, 90_000)
        : whole(0, 2 * PACE_MS);
  }

  #next(): void {
    weighted<() => void>(this.#chance, [
      [10, () => this.#add(this.#create())],
      [55, () => this.#edit()],
      [20, () => this.#clash()],
      [3, () => this.#delete()],
      [1, () => this.#restore()],
      [3, () => this.#convert()],
      [3, () => this.#merge()],
      [6, () => this.#relate()],
    ])();
  }

  #add(action: Action | undefined): void {
    if (action) this.#happenings.push({ atMs: this.#atMs, action });
  }

  #create(): Action {
    const kind = weighted<ThingKind>(this.#chance, [
      [5, "person"],
      [2, "company"],
      [3, "opportunity"],
    ]);
    const number = this.#things[kind].length + 1;
    const thing = `${kind} ${number}`;
    const object = weighted<string>(this.#chance, MADE_AS[kind]);
    const system: System = object === object.toLowerCase() ? "hubspot" : "salesforce";
    const related =
      kind === "opportunity"
        ? this.#related()
        : object === "Contact"
          ? this.#related("company")
          : {};
    this.#things[kind].push(thing);
    return {
      kind: "create",
      system,
      object,
      thing,
      values: this.#newValues(kind, number, object),
      ...related,
    };
  }

  #related(only?: "company"): { company?: Thing; person?: Thing } {
    const { company, person } = this.#things;
    const { pick, is } = this.#chance;
    return {
      ...(company.length > 0 && is(0.8) ? { company: pick(company) } : {}),
      ...(only === undefined && person.length > 0 && is(0.8) ? { person: pick(person) } : {}),
    };
  }

  #newValues(kind: ThingKind, number: number, object: string): Values {
    const { is, pick } = this.#chance;
    const isLead = object === "Lead";
    switch (kind) {
      case "person":
        return {
          email: is(0.9) ? `p${number}@mail.example` : null,
          firstName: this.#text("First"),
          lastName: `${this.#text("Last")}`,
          ...(is(0.5) ? { jobTitle: this.#text("Title") } : {}),
          ...(isLead || is(0.3) ? { company: this.#text("Firm") } : {}),
          ...(object === "contacts" && is(0.85)
            ? { lifecycleStage: pick(["marketingqualifiedlead", "salesqualifiedlead"]) }
            : {}),
        };
      case "company":
        return { companyName: this.#text("Company"), domain: `c${number}.example` };
      case "opportunity":
        return {
          dealName: this.#text("Deal"),
          stage: object === "deals" ? "appointmentscheduled" : "Prospecting",
          closeDate: this.#day(object),
          amount: this.#amount(),
        };
    }
  }

  #pickThing(): { kind: ThingKind; thing: Thing } | undefined {
    const kinds = (["person", "person", "company", "opportunity", "opportunity"] as const).filter(
      (kind) => this.#things[kind].length > 0,
    );
    if (kinds.length === 0) return undefined;
    const kind = this.#chance.pick(kinds);
    // Most of the work is on what is new.
    const things = this.#things[kind];
    const recent = this.#chance.is(0.5) ? things.slice(-8, -1) : things;
    return { kind, thing: this.#chance.pick(recent.length > 0 ? recent : things) };
  }

  #edit(): void {
    const picked = this.#pickThing();
    if (!picked) return;
    const system = this.#chance.pick(["hubspot", "salesforce"] as const);
    const values = this.#someValues(picked.kind, system);
    this.#add({ kind: "edit", system, thing: picked.thing, values });
  }

  /** The same field on both sides, within seconds. */
  #clash(): void {
    const picked = this.#pickThing();
    if (!picked) return;
    const { is, whole, pick } = this.#chance;
    const field = pick(
      fieldsOf(picked.kind).filter((name) => name !== "email" && name !== "domain"),
    );
    const first = pick(["hubspot", "salesforce"] as const);
    const second = is(0.8) ? (first === "hubspot" ? "salesforce" : "hubspot") : first;
    for (const system of [first, second]) {
      const values = { [field]: this.#value(field, system) };
      this.#add({ kind: "edit", system, thing: picked.thing, values });
      this.#atMs += whole(0, is(0.5) ? 800 : 8000);
    }
  }

  #delete(): void {
    const picked = this.#pickThing();
    if (!picked || !this.#chance.is(0.5)) return;
    const system = this.#chance.pick(["hubspot", "salesforce"] as const);
    this.#add({ kind: "delete", system, thing: picked.thing });
  }

  #restore(): void {
    const picked = this.#pickThing();
    const system = this.#chance.pick(["hubspot", "salesforce"] as const);
    if (picked) this.#add({ kind: "restore", system, thing: picked.thing });
  }

  #convert(): void {
    const { person, company } = this.#things;
    if (person.length === 0) return;
    const { pick, is } = this.#chance;
    const into = company.length > 0 && is(0.5) ? { company: pick(company) } : {};
    this.#add({ kind: "convert", thing: pick(person), ...into });
  }

  #merge(): void {
    const { person } = this.#things;
    if (person.length < 2) return;
    const [thing, other] = [this.#chance.pick(person), this.#chance.pick(person)];
    const system = this.#chance.pick(["hubspot", "salesforce"] as const);
    if (thing !== other) this.#add({ kind: "merge", system, thing, other });
  }

  #relate(): void {
    const { person, opportunity } = this.#things;
    if (person.length === 0 || opportunity.length === 0) return;
    const { pick, is } = this.#chance;
    this.#add({
      kind: "relate",
      system: pick(["hubspot", "salesforce"] as const),
      thing: pick(opportunity),
      person: pick(person),
      present: is(0.7),
    });
  }

  #someValues(kind: ThingKind, system: System): Values {
    const names = fieldsOf(kind);
    const count = this.#chance.whole(1, 3);
    const values: Record<string, string | null> = {};
    for (let index = 0; index < count; index += 1) {
      const field = this.#chance.pick(names);
      values[field] = this.#value(field, system);
    }
    return values;
  }

  #value(field: FieldName, system: System): string | null {
    const { is, pick } = this.#chance;
    if (is(0.08) && CLEARABLE.has(field)) return null;
    const isHubspot = system === "hubspot";
    switch (field) {
      case "email":
        return `e${this.#number()}@mail.example`;
      case "phone":
        return `+55 11 5555-${String(this.#number()).padStart(4, "0")}`;
      case "domain":
        return isHubspot ? `d${this.#number()}.example` : `https://www.d${this.#number()}.example/`;
      case "lifecycleStage":
        return pick(["marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer"]);
      case "leadStatus":
        return pick(
          isHubspot
            ? ["NEW", "IN_PROGRESS", "CONNECTED", "UNQUALIFIED"]
            : ["Open - Not Contacted", "Working - Contacted", "Closed - Not Converted"],
        );
      case "stage":
        return pick(
          isHubspot
            ? ["qualifiedtobuy", "presentationscheduled", "contractsent", "closedwon", "closedlost"]
            : [
                "Qualification",
                "Needs Analysis",
                "Negotiation/Review",
                "Closed Won",
                "Closed Lost",
              ],
        );
      case "closeDate":
        return this.#day(isHubspot ? "deals" : "Opportunity");
      case "amount":
        return this.#amount();
      case "dealType":
        return pick(["New Customer", "Existing Customer - Upgrade"]);
      case "jobTitle":
        return is(0.06)
          ? `${this.#text("Title")} ${"of everything ".repeat(10)}`
          : this.#text("Title");
      default:
        return this.#text(WORDS[field] ?? field);
    }
  }

  #number(): number {
    this.#typed += 1;
    return this.#typed;
  }

  #text(word: string): string {
    return `${word} ${this.#number()}`;
  }

  #day(object: string): string {
    const day = new Date(Date.UTC(2026, 2, 1 + this.#number())).toISOString();
    return object === "deals" ? day : day.slice(0, 10);
  }

  #amount(): string {
    return `${1000 + this.#number()}.50`;
  }
}

/** What may be blank on both sides. */
const CLEARABLE: ReadonlySet<FieldName> = new Set([
  "firstName",
  "phone",
  "jobTitle",
  "amount",
  "lostReason",
  "dealType",
]);

const WORDS: Readonly<Partial<Record<FieldName, string>>> = {
  firstName: "First",
  lastName: "Last",
  company: "Firm",
  companyName: "Company",
  dealName: "Deal",
  lostReason: "Reason",
};

/** How long what lasts may last. */
const LASTS: Readonly<Partial<Record<FaultKind, readonly [number, number]>>> = {
  outage: [10_000, 90_000],
  "late-commit": [3000, 25_000],
};

function faultsOf(chance: Chance, { lengthMs, most }: { lengthMs: number; most: number }): Fault[] {
  const count = chance.is(0.1) ? 0 : chance.whole(0, most);
  return Array.from({ length: count }, () => {
    const kind = weighted<() => FaultKind>(chance, [
      [10, () => chance.pick(CALL_FAULTS)],
      [10, () => chance.pick(NOTICE_FAULTS)],
      [12, () => chance.pick(OFFICE_FAULTS)],
      [0.3, () => "outage"],
      [5, () => "late-commit"],
    ])();
    const isOfOffice = OFFICE_FAULTS.some((one) => one === kind);
    return {
      atMs: chance.whole(0, lengthMs),
      kind,
      ...(isOfOffice ? {} : { system: chance.pick(["hubspot", "salesforce"] as const) }),
      skip: chance.is(0.5) ? 0 : chance.whole(0, 25),
      forMs: LASTS[kind] ? chance.whole(...LASTS[kind]) : 0,
    };
  });
}
