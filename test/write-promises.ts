import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { citedRules, promisesPage } from "./support/cited-rules.ts";

/** Writes the page that lists which test shows which promise. */
const root = fileURLToPath(new URL("..", import.meta.url));
writeFileSync(`${root}/test/PROMISES.md`, promisesPage(citedRules(root)));
