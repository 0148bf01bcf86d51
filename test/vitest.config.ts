import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("..", import.meta.url));
const END_TO_END = "test/e2e/**/*.test.ts";

/** The stories of `test/e2e` start whole hosts: they come after the rest, one after another. */
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
          sequence: { groupOrder: 0 },
        },
      },
      {
        root,
        test: {
          name: "e2e",
          include: [END_TO_END],
          testTimeout: 100_000,
          hookTimeout: 100_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
