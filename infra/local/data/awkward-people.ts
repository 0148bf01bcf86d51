import type { Person } from "./made-up-people.ts";

type Change = Partial<Pick<Person, "firstName" | "lastName" | "jobTitle" | "email" | "phone">>;

const FULL_TITLE = "Global Head of Planning, Procurement, Logistics, Quality, Safety, ";

/** Salesforce holds titles of 128 characters, so this one just fits. */
const LONGEST_TITLE = FULL_TITLE.repeat(2).slice(0, 127).concat(".");

/** What real data holds and made-up data forgets: one change for one person. */
const QUALIFIED: readonly Change[] = [
  { lastName: undefined },
  { jobTitle: LONGEST_TITLE },
  { firstName: "Zoë 🚀", lastName: "Łukasiewicz-Ñuñez" },
  { firstName: "D’Angelo", lastName: "O'Connor" },
  { firstName: "Anne  Marie", lastName: "van der Berg  (Sales)" },
  { firstName: "明", lastName: "王" },
  { phone: "+49 (0)30 901820 ext. 17" },
];

const EARLY: readonly Change[] = [{ email: undefined }, { email: undefined, lastName: undefined }];

/**
 * Makes some people awkward: qualified ones, which are to cross over, and two early ones without an
 * e-mail address, which nothing can be matched by.
 */
export function makeAwkward(people: readonly Person[]): Person[] {
  const qualified = [...QUALIFIED];
  const early = [...EARLY];
  return people.map((person) => {
    const changes =
      person.stage === "subscriber" || person.stage === "lead"
        ? early
        : person.stage === "marketingqualifiedlead"
          ? qualified
          : [];
    return { ...person, ...changes.shift() };
  });
}
