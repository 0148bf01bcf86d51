import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mapping } from "../../shared/config/mapping.ts";
import { type Codec, isRefusal, type RawValue } from "../../shared/core/codec/codec.ts";
import { comparisonKey } from "../../shared/core/codec/field-type.ts";
import type { MappedField } from "../../shared/core/mapping/mapping.ts";
import type { FieldValue } from "../../shared/core/reconcile/field-value.ts";
import { rawValues } from "../support/raw-values.ts";

const fields = mapping.kinds.flatMap(({ kind, fields: list }) =>
  list.map((field) => ({ title: `${kind}.${field.name}`, field })),
);

/** What the side reads once the value is written; undefined where it is refused on the way. */
function readBack(codec: Codec, value: FieldValue): { value: FieldValue } | undefined {
  const raw = codec.write(value);
  if (isRefusal(raw)) return undefined;
  const back = codec.read(raw);
  if (isRefusal(back)) throw new Error(`what was written cannot be read: ${back.reason}`);
  return { value: back };
}

function keyOf({ type, classes }: MappedField, value: FieldValue): FieldValue {
  return comparisonKey(type, value, classes);
}

describe.each(fields)("$title", ({ field }) => {
  const places = Object.entries(field.places);
  const pairs = places.flatMap(([from, source]) =>
    places.map(([to, target]) => ({ from, source, to, target })),
  );

  test.each(pairs)("R4: what $from says and is written to $to is what $to then says", (pair) => {
    const { source, target } = pair;
    fc.assert(
      fc.property(rawValues(field, source), (raw: RawValue[]) => {
        const value = source.codec.read(raw);
        if (isRefusal(value)) return;
        const back = readBack(target.codec, value);
        if (back) expect(keyOf(field, back.value)).toBe(keyOf(field, value));
      }),
      { numRuns: 400 },
    );
  });

  test.each(places)(
    "R4: %s reads a canonical value: no spaces around it, never empty",
    (_, place) => {
      fc.assert(
        fc.property(rawValues(field, place), (raw: RawValue[]) => {
          const value = place.codec.read(raw);
          if (isRefusal(value) || value === null) return;
          expect(value).not.toBe("");
          expect(value).toBe(value.trim());
        }),
      );
    },
  );
});
