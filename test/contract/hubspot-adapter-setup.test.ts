import { expect, test } from "vitest";
import { CUSTOM_FIELDS } from "../../shared/config/custom-fields.ts";
import { openPortal } from "./hubspot-adapter-portal.ts";

test("the fields that a new portal lacks are named, created, and lacking no more", async () => {
  const portal = await openPortal();
  const missing = await portal.crm.missingFields(CUSTOM_FIELDS);
  expect(missing).toEqual(CUSTOM_FIELDS.filter(({ system }) => system === "hubspot"));
  expect(await portal.crm.createFields(missing)).toEqual([]);
  expect(await portal.crm.missingFields(CUSTOM_FIELDS)).toEqual([]);
  await portal.close();
});

test("a field that cannot be created leaves the others alone, and says why", async () => {
  const portal = await openPortal();
  const good = {
    system: "hubspot",
    object: "deals",
    label: "Good",
    type: "date",
    unique: false,
  } as const;
  const fields = [
    { ...good, property: "good_field" },
    { ...good, property: "Bad Name" },
  ];
  const refused = await portal.crm.createFields(fields);
  expect(refused).toEqual([{ field: fields[1], message: expect.stringContaining("Bad Name") }]);
  expect(await portal.crm.missingFields(fields)).toEqual([fields[1]]);
  await portal.close();
});

test("fields that the app may not create come back with HubSpot's words", async () => {
  const portal = await openPortal();
  const missing = CUSTOM_FIELDS.filter(({ object }) => object === "deals");
  const words = "You do not have permissions to create properties";
  portal.interrupt(({ method }) =>
    method === "POST"
      ? Response.json({ status: "error", message: words }, { status: 403 })
      : undefined,
  );
  expect(await portal.crm.createFields(missing)).toEqual(
    missing.map((field) => ({ field, message: words })),
  );
  await portal.close();
});
