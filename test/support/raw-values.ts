import fc from "fast-check";
import { isRefusal, type RawValue } from "../../shared/core/codec/codec.ts";
import type { FieldPlace, MappedField } from "../../shared/core/mapping/mapping.ts";

const day = fc
  .date({ min: new Date("1970-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString());

/** What people and systems put into properties: text that is usual, and text that is not. */
const usual = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.string().map((text) => ` ${text}\t`),
  fc.constantFrom("", " ", "[not provided]", "__proto__", "constructor", "O’Brien 🚀", "İstanbul"),
  fc.emailAddress(),
  fc.emailAddress().map((email) => email.toUpperCase()),
  fc.webUrl(),
  fc.domain().map((domain) => `www.www.${domain}`),
  fc.stringMatching(/^([a-z]{2,5}:\/\/)?( |www\.){0,3}[a-z.]{0,9}( ?\/| \?)?[a-z]{0,4}$/),
  fc.stringMatching(/^\+?[\d ()-]{0,16}( ext [0-9])?$/),
);
const time = fc.oneof(
  day,
  day.map((iso) => iso.slice(0, 10)),
  day.map((iso) => iso.replace("Z", "+0000")),
  day.map((iso) => iso.replace(/\.\d+Z$/, "Z")),
  day.map((iso) => iso.replace("Z", "4567Z")),
);
const decimal = fc.oneof(
  fc.stringMatching(/^-?\d{1,12}(\.\d{0,3})?(E\d)?$/),
  fc.constantFrom("-0", "-0.00", "1.5E7"),
);
const currency = fc.constantFrom(null, "", "USD", "usd", " brl ", "JPY", "KWD", "ZZZ");

/** The values that the mapping itself speaks of, and every wording that its codecs give them. */
function wordingsOf({ classes = {}, ranking = [], places, policyByStage = {} }: MappedField) {
  const listed = [
    ...Object.entries(classes).flat(),
    ...ranking,
    ...Object.keys(policyByStage),
  ].filter((text) => text !== "");
  const written = Object.values(places).flatMap(({ codec }) =>
    [null, ...listed].flatMap((value) => {
      const raw = codec.write(value);
      return isRefusal(raw) ? [] : raw.map((one) => one ?? null);
    }),
  );
  return [...new Set<RawValue>([null, ...listed, ...written])];
}

/** Raw values for one place of a field, one per property. */
export function rawValues(field: MappedField, { properties }: FieldPlace) {
  const any = fc.oneof(fc.constantFrom(...wordingsOf(field)), usual, time, decimal);
  const typed: Partial<Record<MappedField["type"], fc.Arbitrary<RawValue[]>>> = {
    money: fc.tuple(decimal, currency),
    date: fc.tuple(time),
    datetime: fc.array(fc.option(time), {
      minLength: properties.length,
      maxLength: properties.length,
    }),
  };
  const untyped = fc.array(any, { minLength: properties.length, maxLength: properties.length });
  const own = typed[field.type];
  return own ? fc.oneof({ arbitrary: own, weight: 4 }, { arbitrary: untyped, weight: 1 }) : untyped;
}
