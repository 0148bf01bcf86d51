/** Lists every other file of a pack with its SHA-256. */
export const MANIFEST = "manifest.json";

/** SHA-256 in hexadecimal, by the name of the file. */
export type Hashes = ReadonlyMap<string, string>;

export function manifestText(hashes: Hashes): string {
  const files = Object.fromEntries([...hashes].sort(([one], [other]) => (one < other ? -1 : 1)));
  return `${JSON.stringify({ "sha-256": files }, undefined, 2)}\n`;
}

/** Undefined where the text is no manifest. */
export function readManifest(text: string): Hashes | undefined {
  const [, said] = Object.entries(objectOf(text)).find(([name]) => name === "sha-256") ?? [];
  if (typeof said !== "object" || said === null) return undefined;
  return new Map(Object.entries(said).map(([name, hash]) => [name, String(hash)]));
}

function objectOf(text: string): object {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === "object" && read !== null ? read : {};
  } catch {
    return {};
  }
}

/** What is not as the manifest lists it, file by file. */
export function manifestFaults(listed: Hashes, found: Hashes): { file: string; says: string }[] {
  const missing = [...listed.keys()].filter((file) => !found.has(file));
  const extra = [...found.keys()].filter((file) => file !== MANIFEST && !listed.has(file));
  const changed = [...listed].filter(([file, hash]) => (found.get(file) ?? hash) !== hash);
  return [
    ...missing.map((file) => ({ file, says: "it is missing" })),
    ...extra.map((file) => ({ file, says: "it does not belong to the pack" })),
    ...changed.map(([file]) => ({ file, says: "it is not the file that was packed" })),
  ];
}
