import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readmeExamples, readmeRunner } from "../support/readme.ts";
import { newHome, type RunningAccord, startAccord } from "../support/running-accord.ts";

const home = newHome();
let accord: RunningAccord;
let tryOut: ReturnType<typeof readmeRunner>;

beforeAll(async () => {
  accord = await startAccord({ home, args: ["--observe", "--create-fields"] });
  tryOut = readmeRunner(accord, home);
});

afterAll(async () => {
  await accord?.stop();
  rmSync(home, { recursive: true, force: true });
});

test.each(readmeExamples("The first switch-on: plan, apply, undo"))(
  "P7: the README's example does what it says: %s",
  async (_command, example) => {
    expect(await tryOut(example)).toEqual([]);
  },
);
