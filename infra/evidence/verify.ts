import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkEvidence } from "../../shared/core/ledger/check-evidence.ts";
import { EVIDENCE } from "../../shared/core/ledger/evidence.ts";
import { MANIFEST, manifestFaults, readManifest } from "./manifest.ts";

/** What a script that calls this can tell apart. */
const EXIT = { holds: 0, doesNotHold: 1, notChecked: 2 };

/** More faults than this are told as a number: one cause has many. */
const MOST_TOLD = 20;

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Checks the pack that lies beside this file, and says what it found. */
function verify(folder: string, reportHash: string | undefined): number {
  const hashes = new Map(
    readdirSync(folder, { withFileTypes: true }).map((found) =>
      // A pack has no folders: one is told of as a file too many.
      found.isDirectory()
        ? [`${found.name}/`, ""]
        : [found.name, sha256(readFileSync(join(folder, found.name)))],
    ),
  );
  // One file after the other: all of them may be more than fits into the memory.
  const get = (name: string) =>
    hashes.has(name) ? readFileSync(join(folder, name), "utf8") : undefined;
  const manifest = get(MANIFEST);
  const listed = manifest === undefined ? undefined : readManifest(manifest);
  if (manifest === undefined || !listed) {
    console.error(`NOT CHECKED: there is no ${MANIFEST} beside this file that lists a pack.`);
    return EXIT.notChecked;
  }
  const checked = checkEvidence({ get }, sha256);
  const faults = [...manifestFaults(listed, hashes), ...checked.faults];
  const found = hashes.get(EVIDENCE.report);
  if (reportHash !== undefined && reportHash !== found)
    faults.push({ file: EVIDENCE.report, says: `its hash is ${found}, and not ${reportHash}` });
  console.log(
    `${listed.size} files, ${checked.chains} chains with ${checked.entries} entries, credited by ${checked.versions} models`,
  );
  console.log(`SHA-256 of the report:   ${found ?? "there is none"}`);
  console.log(`SHA-256 of the manifest: ${sha256(manifest)}`);
  if (faults.length === 0) {
    console.log(
      "THE PACK HOLDS: its entries are unbroken chains, make its report, and are credited whole.",
    );
    return EXIT.holds;
  }
  for (const { file, says } of faults.slice(0, MOST_TOLD)) console.log(`${file}: ${says}`);
  if (faults.length > MOST_TOLD) console.log(`... and ${faults.length - MOST_TOLD} more`);
  console.log("THE PACK DOES NOT HOLD.");
  return EXIT.doesNotHold;
}

/** `node verify.mjs [HASH]`: with the report's hash as whoever closed the month noted it. */
function main([reportHash, ...others]: readonly string[]): number {
  if (others.length > 0 || (reportHash !== undefined && !/^[0-9a-f]{64}$/.test(reportHash))) {
    console.error("NOT CHECKED: usage: node verify.mjs [SHA-256 of the report]");
    return EXIT.notChecked;
  }
  try {
    return verify(dirname(fileURLToPath(import.meta.url)), reportHash);
  } catch (error) {
    console.error(`NOT CHECKED: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT.notChecked;
  }
}

process.exitCode = main(process.argv.slice(2));
