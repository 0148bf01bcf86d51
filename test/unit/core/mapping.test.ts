import { describe, expect, test } from "vitest";
import {
  HUBSPOT_STAGES,
  LEAD_STATUS_CLASSES,
  LIFECYCLE_STAGES,
  SALESFORCE_LEAD_STATUS,
  STAGE_CLASSES,
} from "../../../shared/config/choices.ts";
import { CUSTOM_FIELDS } from "../../../shared/config/custom-fields.ts";
import { mapping } from "../../../shared/config/mapping.ts";
import { POLLED_OBJECTS } from "../../../shared/config/polled-objects.ts";
import { wireShapes } from "../../../shared/core/mapping/wire-shape.ts";
import { SYSTEMS } from "../../../shared/core/reconcile/system.ts";

describe.each(mapping.kinds)(
  "the mapping of a $kind",
  ({ objects, fields, lifecycle, stageField }) => {
    test.each(objects)("R4: one field alone writes each property of $object", ({ object }) => {
      // A lifecycle decides its stage and its status as one.
      const others = fields.filter(({ name }) => !lifecycle || name !== stageField);
      const written = others.flatMap(({ places }) => {
        const place = places[object];
        return place && !place.readOnly ? [...place.properties] : [];
      });
      expect(written).toEqual([...new Set(written)]);
    });

    test("has no place but in its objects", () => {
      const known = objects.map(({ object }) => object);
      for (const { places } of fields)
        for (const object of Object.keys(places)) expect(known).toContain(object);
    });

    test("R3: gives the fields of one fact one rule", () => {
      for (const one of fields)
        for (const other of fields.filter(({ fact }) => fact !== undefined && fact === one.fact)) {
          expect(other.direction).toEqual(one.direction);
          expect(other.policy).toBe(one.policy);
          expect(other.tieBreaker).toBe(one.tieBreaker);
          expect(other.finer).toBe(one.finer);
        }
    });

    test.each(objects)("has a poll for $object", ({ system, object }) => {
      expect(POLLED_OBJECTS).toContainEqual({ system, object });
    });
  },
);

test("R4: a lead status is of one class, whichever of its wordings is read", () => {
  const named = SALESFORCE_LEAD_STATUS.map(({ value }) => value ?? "");
  expect([...named].sort()).toEqual(Object.keys(LEAD_STATUS_CLASSES).sort());
  for (const { raw, value } of SALESFORCE_LEAD_STATUS) {
    const first = SALESFORCE_LEAD_STATUS.find((option) => option.raw === raw);
    expect(LEAD_STATUS_CLASSES[value ?? ""]).toBe(LEAD_STATUS_CLASSES[first?.value ?? ""]);
  }
});

test("R4: a stage is of one class, whichever of its wordings is read", () => {
  expect(HUBSPOT_STAGES.map(({ value }) => value)).toEqual(Object.keys(STAGE_CLASSES));
  for (const { raw, value } of HUBSPOT_STAGES) expect(STAGE_CLASSES[value ?? ""]).toBe(raw);
});

test("a lifecycle stage has one rank", () => {
  expect(LIFECYCLE_STAGES).toEqual([...new Set(LIFECYCLE_STAGES)]);
});

test("every custom field that is created is mapped, or holds our record id", () => {
  const shapes = SYSTEMS.flatMap((system) =>
    wireShapes(mapping, system).map((shape) => ({ system, ...shape })),
  );
  for (const { system, object, property, unique } of CUSTOM_FIELDS) {
    const shape = shapes.find((each) => each.system === system && each.object === object);
    if (unique) expect(shape?.idProperty).toBe(property);
    else expect(shape?.properties).toContain(property);
  }
});

test("every Salesforce property of ours is created where it is missing", () => {
  for (const { object, properties, idProperty } of wireShapes(mapping, "salesforce"))
    for (const property of [...properties, idProperty].filter((name) => name.endsWith("__c")))
      expect(CUSTOM_FIELDS).toContainEqual(
        expect.objectContaining({ system: "salesforce", object, property }),
      );
});

test("a system's objects are read by the properties of their fields, each once, sorted", () => {
  const shapes = wireShapes(mapping, "hubspot");
  expect(shapes.map(({ object }) => object)).toEqual(["contacts", "companies", "deals"]);
  expect(shapes[1]).toEqual({
    object: "companies",
    idProperty: "accord_id",
    matchProperty: "domain",
    partnerProperty: "salesforceaccountid",
    properties: ["domain", "name", "salesforceaccountid"],
    amounts: [],
  });
  expect(shapes[2]?.amounts).toEqual([["amount", "deal_currency_code"]]);
  for (const { properties } of shapes) expect(properties).toEqual([...new Set(properties)].sort());
});
