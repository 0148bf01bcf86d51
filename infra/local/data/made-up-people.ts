import {
  COMPANY_NAMES,
  FIRST_NAMES,
  JOB_TITLES,
  LAST_NAMES,
  LEGAL_FORMS,
  SOURCES,
} from "./company-words.ts";
import type { SeededRandom } from "./seeded-random.ts";

export const DAY_MS = 86_400_000;

/** Lifecycle stages and their share of all leads, in percent, from the first to the last. */
const STAGE_SHARES = [
  ["subscriber", 18],
  ["lead", 26],
  ["marketingqualifiedlead", 24],
  ["salesqualifiedlead", 12],
  ["opportunity", 12],
  ["customer", 8],
] as const;

export type LifecycleStage = (typeof STAGE_SHARES)[number][0];

export interface Company {
  readonly name: string;
  readonly domain: string;
  /** Who looks after the company and its people, as a place in the list of owners. */
  readonly owner: number;
  readonly currency: string;
  readonly legalForm: string;
}

/** A human, before either CRM has written anything down. */
export interface Person {
  readonly firstName: string;
  readonly lastName: string | undefined;
  readonly email: string | undefined;
  /** Digits, with the country's code. */
  readonly phone: string | undefined;
  readonly jobTitle: string;
  readonly company: Company;
  readonly stage: LifecycleStage;
  readonly source: (typeof SOURCES)[number];
  readonly createdMs: number;
  readonly mqlMs: number | undefined;
  readonly updatedMs: number;
}

export const OWNER_COUNT = 8;
const CURRENCIES = ["USD", "USD", "EUR", "GBP"] as const;

/** Text as it stands in e-mail addresses and hosts: plain letters, digits and dots. */
function plain(text: string): string {
  const letters = text.normalize("NFD").toLowerCase().replaceAll("ø", "o").replaceAll("ł", "l");
  return letters.replaceAll(/[^a-z0-9.]/g, "");
}

export function makeCompanies(random: SeededRandom, count: number): Company[] {
  return Array.from({ length: count }, (_, index) => {
    const known = COMPANY_NAMES.at(index % COMPANY_NAMES.length) ?? "Company";
    const round = Math.floor(index / COMPANY_NAMES.length);
    const name = round === 0 ? known : `${known} ${round + 1}`;
    return {
      name,
      domain: `${plain(name)}.example`,
      owner: random.whole(0, OWNER_COUNT - 1),
      currency: random.pick(CURRENCIES),
      legalForm: random.pick(LEGAL_FORMS),
    };
  });
}

/** As many stages as there are people, in the given shares; the first stage takes what is left. */
export function allotStages(count: number): LifecycleStage[] {
  const [[first], ...later] = STAGE_SHARES;
  const stages = later.flatMap(([stage, percent]) =>
    Array.from<LifecycleStage>({ length: Math.floor((count * percent) / 100) }).fill(stage),
  );
  const left = Array.from<LifecycleStage>({ length: count - stages.length }).fill(first);
  return [...left, ...stages];
}

export interface PersonMaker {
  make(company: Company, stage: LifecycleStage): Person;
}

/** Makes people whose e-mail addresses are all different. */
export function personMaker(random: SeededRandom, todayMs: number): PersonMaker {
  const taken = new Set<string>();
  const emailOf = (local: string, domain: string) => {
    let email = `${local}@${domain}`;
    for (let next = 2; taken.has(email); next += 1) email = `${local}${next}@${domain}`;
    taken.add(email);
    return email;
  };
  return {
    make(company, stage) {
      const firstName = random.pick(FIRST_NAMES);
      const lastName = random.pick(LAST_NAMES);
      return {
        firstName,
        lastName,
        email: emailOf(plain(`${firstName}.${lastName}`), company.domain),
        phone: random.chance(85) ? `1555${random.whole(1_000_000, 9_999_999)}` : undefined,
        jobTitle: random.pick(JOB_TITLES),
        company,
        stage,
        source: random.pick(SOURCES),
        ...makeDates(random, todayMs, stage),
      };
    },
  };
}

/** Customers have been known the longest, so that their first touch comes before what they bought. */
function makeDates(random: SeededRandom, todayMs: number, stage: LifecycleStage) {
  const rank = STAGE_SHARES.findIndex(([name]) => name === stage);
  const ageDays = stage === "customer" ? random.whole(420, 700) : random.whole(40, 400);
  const createdMs = todayMs - ageDays * DAY_MS + random.whole(0, DAY_MS - 1);
  const mqlMs = createdMs + random.whole(1, 20) * DAY_MS + random.whole(0, 3_600_000);
  const qualified = rank >= 2;
  const fromMs = qualified ? mqlMs : createdMs;
  const updatedMs = fromMs + Math.floor(((todayMs - fromMs) * random.whole(0, 100)) / 100);
  return { createdMs, mqlMs: qualified ? mqlMs : undefined, updatedMs };
}
