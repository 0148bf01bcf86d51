import { type Context, Hono } from "hono";
import { type ExchangeRate, RATE_DECIMALS } from "./currencies.ts";
import { deriveValues } from "./derived-values.ts";
import { answer, pathParameter, sourceOf, startBatch } from "./http-answer.ts";
import { DEAL } from "./object-type.ts";
import type { Portal, Write } from "./portal.ts";
import { invalid, notFound } from "./refusal.ts";
import {
  batchRatesBody,
  type NewRate,
  parseBody,
  rateBody,
  ratePatchBody,
} from "./request-bodies.ts";
import { reviseRecord } from "./revise-record.ts";
import { effective } from "./stored-record.ts";

const NAMES = new Intl.DisplayNames("en", { type: "currency" });
const CODES = Intl.supportedValuesOf("currency");

/**
 * `/settings/v3/currencies` and its dated twin: a rate is what one unit of another currency is worth
 * in the company's. Source: currencies guide and reference, read 2026-11-21.
 */
export function currencyRoutes(portal: Portal): Hono {
  const routes = new Hono();
  const { currencies } = portal;
  const wire = (rate: ExchangeRate) => ({ ...rate, toCurrencyCode: currencies.company });
  const ratesAnswer = (rates: Iterable<ExchangeRate>) =>
    answer(200, { results: [...rates].map(wire) });
  const find = (context: Context) => {
    const id = pathParameter(context, "id");
    const rate = currencies.rates().find((each) => each.id === id);
    if (!rate) throw notFound();
    return rate;
  };
  routes.get("/codes", () =>
    answer(200, {
      results: CODES.map((code) => ({ currencyCode: code, currencyName: NAMES.of(code) })),
    }),
  );
  routes.get("/company-currency", () => answer(200, { currencyCode: currencies.company }));
  routes.get("/exchange-rates", () => ratesAnswer(currencies.rates()));
  routes.get("/exchange-rates/current", () => {
    const nowMs = portal.clock.now();
    return ratesAnswer(
      currencies.additional().flatMap((code) => currencies.current(code, nowMs) ?? []),
    );
  });
  routes.post("/exchange-rates", async (context) => {
    const given = parseBody(rateBody, await context.req.text());
    return answer(200, wire(portal.write(sourceOf(context), (write) => addRate(write, given))));
  });
  routes.post("/exchange-rates/batch/create", async (context) => {
    const finish = startBatch(portal.clock);
    const { inputs } = parseBody(batchRatesBody, await context.req.text());
    const results = portal.write(sourceOf(context), (write) =>
      inputs.map((given) => wire(addRate(write, given))),
    );
    return finish({ results, errors: [] }, 201);
  });
  routes.get("/exchange-rates/:id", (context) => answer(200, wire(find(context))));
  routes.patch("/exchange-rates/:id", async (context) => {
    const { conversionRate, effectiveAt } = parseBody(ratePatchBody, await context.req.text());
    const rate = find(context);
    const changed = portal.write(sourceOf(context), (write) =>
      putRate(write, {
        ...rate,
        conversionRate: acceptedRate(conversionRate),
        effectiveAt: effectiveAt ?? rate.effectiveAt,
      }),
    );
    return answer(200, wire(changed));
  });
  return routes;
}

function acceptedRate(rate: number): number {
  if (rate > 0) return Number(rate.toFixed(RATE_DECIMALS));
  throw invalid(`The conversion rate must be greater than 0, not ${rate}`);
}

function addRate(write: Write, given: NewRate): ExchangeRate {
  const { portal, atMs } = write;
  const { fromCurrencyCode, conversionRate } = given;
  if (!CODES.includes(fromCurrencyCode))
    throw invalid(`'${fromCurrencyCode}' is not a supported currency code`);
  if (fromCurrencyCode === portal.currencies.company)
    throw invalid(`'${fromCurrencyCode}' is the company currency and has no exchange rate`);
  const at = new Date(atMs).toISOString();
  return putRate(write, {
    id: portal.newId(),
    fromCurrencyCode,
    conversionRate: acceptedRate(conversionRate),
    effectiveAt: given.effectiveAt ?? at,
    createdAt: at,
    updatedAt: at,
    visibleInUI: true,
  });
}

/** Puts a rate into force, and works out anew what the deals in its currency are worth at home. */
function putRate(write: Write, rate: ExchangeRate): ExchangeRate {
  const { portal, atMs } = write;
  const kept = { ...rate, updatedAt: new Date(atMs).toISOString() };
  portal.currencies.put(kept);
  for (const before of portal.store(DEAL).values()) {
    if (before.archivedAtMs !== undefined) continue;
    if (before.properties["deal_currency_code"] !== rate.fromCurrencyCode) continue;
    const values = new Map<string, string | null>();
    deriveValues(write, { type: DEAL, before, values });
    if (effective(before, values).size > 0) reviseRecord(write, DEAL, [before, values]);
  }
  return kept;
}
