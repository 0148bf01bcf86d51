/**
 * Why a value is parked. A closed list, so that people can ask for one cause, and so that every cause
 * has a remedy. Adapters translate their system's codes into it; a code that nobody knows is `unknown`.
 */
export const CAUSES = [
  "value-not-in-picklist",
  "too-long",
  "wrong-type",
  "required-blank",
  "no-permission",
  "field-missing",
  "value-taken",
  "owner-unknown",
  "validation-rule",
  "duplicate-rule",
  "locked",
  "illegal-move",
  "unstable",
  "unknown",
] as const;

export type Cause = (typeof CAUSES)[number];

/** What our own codecs and rules refuse with; the codes of a CRM are its adapter's to translate. */
const OURS: Readonly<Record<string, Cause>> = {
  "choice-unknown": "value-not-in-picklist",
  "too-long": "too-long",
  "read-only": "no-permission",
  "not-a-date": "wrong-type",
  "not-a-time": "wrong-type",
  "not-a-decimal": "wrong-type",
  "finer-than-minor-unit": "wrong-type",
  "unknown-currency": "value-not-in-picklist",
  "illegal-move": "illegal-move",
  unstable: "unstable",
};

export function causeOfOurs(code: string): Cause {
  return OURS[code] ?? "unknown";
}

/** What a system says of a property, as far as the refusal of a value hangs on it. */
export interface PropertyFacts {
  /** As people read it on the system's own pages. */
  readonly label: string;
  /** The values that it takes; undefined where it takes any. */
  readonly options: readonly string[] | undefined;
  /** In characters. */
  readonly maxLength: number | undefined;
  /** Another text whenever any of what is said of the property is another. */
  readonly fingerprint: string;
}
