import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("..", import.meta.url));
const END_TO_END = "test/e2e/**/*.test.ts";

/** A killed run waits for its claims to end: the rest goes on beside it. */
const PATIENT = "test/e2e/generated-company.test.ts";

/** One more than there are cores: some files wait for queues and processes. */
const SIDE_BY_SIDE = availableParallelism() + 1;

const OWN_TEMP_FOLDER = "test/support/own-temp-folder.ts";

const hosts = {
  globalSetup: [OWN_TEMP_FOLDER, "test/e2e/build-functions.ts"],
  testTimeout: 150_000,
  hookTimeout: 200_000,
};

/**
 * The stories of `test/e2e` start whole hosts, and come after the rest, three at a time: they wait for
 * polls and leases more than they compute. Group 0 would not do, since Vitest puts it last on one core.
 */
export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        test: {
          name: "parts",
          include: ["test/**/*.test.ts"],
          exclude: [END_TO_END],
          globalSetup: OWN_TEMP_FOLDER,
          // On a busy machine a test takes its time; only one that hangs is to fail for it.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // No file mocks a module or keeps a state of its own: loading the clients once is enough.
          isolate: false,
          maxWorkers: SIDE_BY_SIDE,
          sequence: { groupOrder: 1 },
        },
      },
      {
        root,
        test: {
          ...hosts,
          name: "e2e-patient",
          include: [PATIENT],
          maxWorkers: SIDE_BY_SIDE,
          sequence: { groupOrder: 1 },
        },
      },
      {
        root,
        test: {
          ...hosts,
          name: "e2e",
          include: [END_TO_END],
          exclude: [PATIENT],
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
