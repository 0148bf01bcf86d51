import { mapping } from "../../shared/config/mapping.ts";

/** The kind that a text names; undefined for any other text. */
export function kindNamed(text: string | undefined): string | undefined {
  return mapping.kinds.find(({ kind }) => kind === text)?.kind;
}

export const UNKNOWN_KIND = `records are of these kinds: ${mapping.kinds.map(({ kind }) => kind).join(", ")}`;
