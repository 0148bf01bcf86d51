import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const COMMAND = fileURLToPath(new URL("./simulate.ts", import.meta.url));
const PATIENCE_MS = 240_000;

/** What the command prints, and how it ends. */
async function simulate(
  ...given: string[]
): Promise<{ readonly code: number; readonly printed: string }> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, ...given]);
    return { code: 0, printed: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, printed: stdout + stderr };
  }
}

const fingerprintIn = (printed: string) => /fingerprint of all: (\w+)/.exec(printed)?.[1];

test(
  "P1-P4, P9, R1-R6: whatever goes wrong in a few small histories, every promise is kept",
  async () => {
    const { code, printed } = await simulate("--seeds", "4", "--events", "30");
    expect({ code, printed }).toEqual({
      code: 0,
      printed: expect.stringContaining("every promise was kept"),
    });
    expect(printed).toMatch(/faults: .*crash/);
  },
  PATIENCE_MS,
);

test.each([
  ["polls alone", "polls"],
  ["notices alone", "notices"],
  ["neither for a fortnight, and then both", "fortnight"],
])("P1, P2: every change arrives by %s", { timeout: PATIENCE_MS }, async (_ways, channels) => {
  const { code, printed } = await simulate(
    "--channels",
    channels,
    "--seeds",
    "1",
    "--events",
    "30",
    "--jobs",
    "1",
  );
  expect({ code, printed }).toEqual({
    code: 0,
    printed: expect.stringContaining("every promise was kept"),
  });
});

test(
  "a history is the same whenever it starts from its seed, in whichever process",
  async () => {
    const range = ["--first-seed", "101", "--events", "15"];
    const [one, other] = [
      await simulate(...range, "--seeds", "1"),
      await simulate(...range, "--seeds", "1"),
    ];
    expect(fingerprintIn(one.printed)).toMatch(/^\w{12}$/);
    expect(fingerprintIn(other.printed)).toBe(fingerprintIn(one.printed));
  },
  PATIENCE_MS,
);

test(
  "a protocol that is broken on purpose is noticed",
  async () => {
    const { code, printed } = await simulate(
      "--mutations",
      "--only",
      "clearing",
      "--events",
      "50",
      "--jobs",
      "1",
    );
    expect(printed).toMatch(/^caught +clearing is no value: by history \d+, seed \d+/m);
    expect(code).toBe(0);
  },
  PATIENCE_MS,
);

test("an option that makes no sense ends with 2 and one line", async () => {
  expect(await simulate("--seeds", "many")).toEqual({
    code: 2,
    printed: "--seeds is 'many'; expected a whole number from 1\n",
  });
});
