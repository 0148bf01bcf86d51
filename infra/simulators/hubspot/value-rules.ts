import type { ValueProblem } from "./refusal.ts";

/** A rule that an admin has set on the values of one property. */
export interface ValueRule {
  readonly ruleType: string;
  readonly ruleArguments: readonly string[];
  readonly shouldApplyNormalization: boolean;
}

interface RuleKind {
  /** The code of the problem. That of ALPHANUMERIC is documented, the others are unverified. */
  readonly error: string;
  holds(value: string, [argument]: readonly string[]): boolean;
}

const LETTERS_AND_DIGITS: Readonly<Record<string, RegExp>> = {
  NUMERIC_ONLY: /^\d*$/,
  ALPHA_ONLY: /^\p{L}*$/u,
  ALPHANUMERIC_ONLY: /^[\p{L}\d]*$/u,
};

/** The kinds of rule that are enforced here, out of HubSpot's. Source: property validations guide, 2026-08. */
const KINDS: Readonly<Record<string, RuleKind>> = {
  ALPHANUMERIC: {
    error: "INVALID_ALPHA",
    holds: (value, [kind]) => LETTERS_AND_DIGITS[kind ?? ""]?.test(value) ?? true,
  },
  MIN_LENGTH: {
    error: "INVALID_MIN_LENGTH",
    holds: (value, [least]) => value.length >= Number(least),
  },
  MAX_LENGTH: {
    error: "INVALID_MAX_LENGTH",
    holds: (value, [most]) => value.length <= Number(most),
  },
  MIN_NUMBER: {
    error: "INVALID_MIN_NUMBER",
    holds: (value, [least]) => Number(value) >= Number(least),
  },
  MAX_NUMBER: {
    error: "INVALID_MAX_NUMBER",
    holds: (value, [most]) => Number(value) <= Number(most),
  },
  DECIMAL: {
    error: "INVALID_DECIMAL",
    holds: (value, [most]) => (value.split(".")[1] ?? "").length <= Number(most),
  },
  EMAIL_BLOCKED_DOMAINS: {
    error: "INVALID_EMAIL_DOMAIN",
    holds: (value, domains) => !domains.includes(value.split("@")[1] ?? ""),
  },
};

export const RULE_TYPES: readonly string[] = Object.keys(KINDS);

/** The first rule that `value` breaks. A value that is cleared breaks none. */
export function brokenRule(
  rules: readonly ValueRule[],
  { name, value }: { name: string; value: string | null },
): ValueProblem | undefined {
  if (value === null) return undefined;
  const broken = rules.find(({ ruleType, ruleArguments }) => {
    const kind = KINDS[ruleType];
    return kind !== undefined && !kind.holds(value, ruleArguments);
  });
  if (!broken) return undefined;
  const { ruleType, ruleArguments } = broken;
  return {
    name,
    error: KINDS[ruleType]?.error ?? ruleType,
    message: `${value} does not meet the rule ${ruleType} [${ruleArguments.join(", ")}] of "${name}"`,
  };
}
