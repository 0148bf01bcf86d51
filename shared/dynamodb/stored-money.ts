import * as z from "zod";
import { parseCanonicalMoney } from "../core/codec/money-codec.ts";
import { formatMoney, type Money } from "../core/money/money.ts";

/** An amount as the ledger's items hold it, such as `EUR 12.34`. */
export const money = z.string().transform((text, context) => {
  const read = parseCanonicalMoney(text);
  if (read) return read;
  context.addIssue("is no amount");
  return z.NEVER;
});

/** Amounts are text: no number of DynamoDB's ever holds one. */
export const moneyText = (amount: Money) => `${amount.currency} ${formatMoney(amount)}`;
