import { formatMoney } from "../money/money.ts";
import type { Figures, Sum } from "./figures.ts";
import type { Figure, FigurePlace } from "./write-back.ts";

/** Why a figure is not written (W4), or a CRM's refusal of it. */
export interface Problem {
  readonly property: string;
  readonly code: string;
  readonly message: string;
}

/** What a place is to hold. */
export interface WantedValues {
  readonly values: Readonly<Record<string, string | null>>;
  readonly problems: readonly Problem[];
}

/**
 * Digits that both CRMs keep of a number exactly: it is a double there. Source:
 * https://developer.salesforce.com/docs, "Primitive Data Types"; HubSpot's is unverified.
 */
const EXACT_DIGITS = 15;

/** Decimals that the fields are made for (`shared/config/write-back.ts`). */
const MOST_DECIMALS = 3;

/** The very text that every place is given of a figure (W3). */
export function valuesAt(
  { properties }: FigurePlace,
  figures: Figures,
  version: string,
): WantedValues {
  const values: Record<string, string | null> = {};
  const problems: Problem[] = [];
  const write = (figure: Figure, told: Told) => {
    const property = properties[figure];
    if (property === undefined) return;
    if (typeof told === "object" && told !== null) problems.push({ property, ...told });
    else values[property] = told;
  };
  write("corporate", amountTold(figures.corporate));
  write("amount", amountTold(figures.amount ?? "nothing"));
  write("source", figures.source ?? null);
  write("version", version);
  return { values, problems };
}

type Told = string | null | Omit<Problem, "property">;

function amountTold(sum: Sum): Told {
  if (sum === "nothing") return null;
  if (sum === "several-currencies")
    return {
      code: "SEVERAL_CURRENCIES",
      message: "it is credited in several currencies, which are not added up",
    };
  const text = formatMoney(sum);
  if (text.replace(/\D/g, "").length > EXACT_DIGITS)
    return {
      code: "TOO_MANY_DIGITS",
      message: `a CRM keeps ${EXACT_DIGITS} digits of a number, and would round it`,
    };
  if ((text.split(".")[1] ?? "").length > MOST_DECIMALS)
    return {
      code: "TOO_MANY_DECIMALS",
      message: `the fields hold ${MOST_DECIMALS} decimals, and Salesforce would round it`,
    };
  return text;
}
