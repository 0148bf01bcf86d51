import { describe, expect, test } from "vitest";
import { mapping } from "../../../shared/config/mapping.ts";
import { textCodec } from "../../../shared/core/codec/text-codec.ts";
import type { KindMapping, MappedField, Mapping } from "../../../shared/core/mapping/mapping.ts";
import { fingerprintOf, offersBetween } from "../../../shared/runs/fingerprint.ts";

const SINCE = "2026-11-20T08:00:00.000Z";

/** The mapping with a kind, or one of its fields, made otherwise. */
function mappingWith(kind: string, change: (one: KindMapping) => KindMapping): Mapping {
  const kinds = mapping.kinds.map((one) => (one.kind === kind ? change(one) : one));
  return { ...mapping, kinds };
}

function withField(kind: string, name: string, change: (one: MappedField) => MappedField): Mapping {
  return mappingWith(kind, (one) => ({
    ...one,
    fields: one.fields.map((field) => (field.name === name ? change(field) : field)),
  }));
}

const offersOf = (next: Mapping) =>
  offersBetween(fingerprintOf(mapping), fingerprintOf(next), SINCE);

describe("a mapping that was changed", () => {
  test("offers nothing where it says the same, in whatever order", () => {
    const turned = mapping.kinds
      .map((kind) => ({ ...kind, fields: [...kind.fields].reverse() }))
      .reverse();
    expect(offersOf({ ...mapping, version: "3", kinds: turned })).toEqual([]);
  });

  test("offers a new field of its kind, and says since when", () => {
    const extra = { name: "nickname", type: "text", places: {} } as const;
    const next = mappingWith("person", (one) => {
      const [first] = one.fields;
      return { ...one, fields: first ? [...one.fields, { ...first, ...extra }] : [] };
    });
    expect(offersOf(next)).toEqual([
      {
        kind: "person",
        fields: ["nickname"],
        because: "field nickname of person is new since 2026-11-20",
      },
    ]);
  });

  test("says which policy or direction is another one", () => {
    const asking = withField("person", "phone", (one) => ({ ...one, policy: "ask" }));
    expect(offersOf(asking)).toEqual([
      {
        kind: "person",
        fields: ["phone"],
        because: "the policy of phone of person was latest and is ask since 2026-11-20",
      },
    ]);
    const oneWay = withField("person", "phone", (one) => ({
      ...one,
      direction: { way: "to-hubspot", farEdit: "leave" },
    }));
    expect(offersOf(oneWay).map(({ because }) => because)).toEqual([
      "phone of person went both ways and goes to-hubspot, leave since 2026-11-20",
    ]);
  });

  test("is known by what its codecs were made with", () => {
    const longer = withField("person", "firstName", (one) => ({
      ...one,
      places: {
        ...one.places,
        Lead: { properties: ["FirstName"], codec: textCodec({ maxLength: 41 }) },
      },
    }));
    expect(offersOf(longer)).toMatchObject(
      [
        {
          fields: ["firstName"],
          because: /^how firstName of person is read or written was changed/,
        },
      ].map(({ because, ...one }) => ({ ...one, because: expect.stringMatching(because) })),
    );
  });

  test("offers all fields of a kind that is new, or found or created otherwise", () => {
    const uncreated = mappingWith("company", (one) => ({ ...one, inclusion: [] }));
    expect(offersOf(uncreated)).toEqual([
      {
        kind: "company",
        because: "how company is found, matched or created was changed since 2026-11-20",
      },
    ]);
    const fewer = { ...mapping, kinds: mapping.kinds.slice(1) };
    const back = offersBetween(fingerprintOf(fewer), fingerprintOf(mapping), SINCE);
    expect(back).toEqual([{ kind: "person", because: "person is new since 2026-11-20" }]);
    // What is mapped no more is nobody's to write.
    expect(offersOf(fewer)).toEqual([]);
  });
});
