import { afterAll, beforeAll, expect, test } from "vitest";
import { CUSTOM_FIELDS } from "../../shared/config/custom-fields.ts";
import { mapping } from "../../shared/config/mapping.ts";
import { prepareCrms } from "../../shared/sync/prepare-crms.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";

let two: TwoCrms;

beforeAll(async () => {
  two = await openTwoCrms();
}, 60_000);
afterAll(() => two?.stop());

test("the mapping fits two CRMs as they are delivered", async () => {
  const { contradictions, misfits } = await prepareCrms(two.crms, {
    mapping,
    wanted: CUSTOM_FIELDS,
    apply: false,
  });
  expect(contradictions).toEqual([]);
  expect(misfits).toEqual([]);
});
