import type { FieldValue } from "./field-value.ts";

/**
 * Whether `stored` is `sent` as a system keeps it: in other case, with other spaces or punctuation, or
 * cut short. Rule R7 of SPEC.md: it says what may be taken for a form of the value, where it is known
 * that no person edited it since.
 */
export function isRewording(sent: FieldValue, stored: FieldValue): boolean {
  if (sent === null || stored === null) return false;
  const bare = (text: string) =>
    text
      .normalize("NFKC")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]/gu, "");
  const [is, was] = [bare(stored), bare(sent)];
  return is !== "" && (is === was || was.startsWith(is));
}
