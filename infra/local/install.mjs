/**
 * Installs what package-lock.json asks for, when it is not there yet. Runs before `npm start` and
 * `npm test`, on whatever Node the machine has; what comes after runs on the Node installed here.
 */
import { execSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const stamp = join(root, "node_modules", ".accord-installed");
const pinned = join(root, "node_modules", "node", "package.json");
const lock = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");

function installed() {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === lock;
}

function runsPinnedNode() {
  if (!existsSync(pinned)) return false;
  const wanted = `v${JSON.parse(readFileSync(pinned, "utf8")).version}`;
  const binary = join(root, "node_modules", ".bin", "node");
  const answer = spawnSync(binary, ["--version"], {
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  return answer.stdout?.trim() === wanted;
}

/**
 * Exactly the lock file. A registry that lacks some other platform's packages makes `npm ci` refuse;
 * `npm install --no-save` then takes the same versions, and leaves the lock file as it is.
 */
function installAll() {
  try {
    run("npm ci --no-audit --no-fund --loglevel=error");
  } catch {
    run("npm install --no-save --no-audit --no-fund --loglevel=error");
  }
}

function run(command) {
  execSync(command, { cwd: root, stdio: "inherit" });
}

if (!installed() || !runsPinnedNode()) {
  console.error("Installing the packages of package-lock.json (once; about a minute) ...");
  installAll();
  if (!runsPinnedNode()) run("npm rebuild node --no-ignore-scripts --loglevel=error");
  if (!runsPinnedNode()) {
    console.error(
      "The Node version that package.json pins could not be installed. Run 'npm rebuild node'.",
    );
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}
