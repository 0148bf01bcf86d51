import { gunzipSync, gzipSync } from "node:zlib";
import * as z from "zod";

/** Shorter texts are kept as they are, so that a person can read them in the table. */
const LONGEST_PLAIN = 16_384;

/** An attribute that holds a text, which is packed where it is long: an item is 400 KB at most. */
export function packText(text: string): string | Uint8Array {
  return text.length <= LONGEST_PLAIN ? text : gzipSync(text);
}

/** JSON out of such an attribute; what stands for it is checked by whoever asks. */
export const packedJson = z
  .union([z.string(), z.instanceof(Uint8Array).transform((bytes) => gunzipSync(bytes).toString())])
  .transform((text): unknown => JSON.parse(text));
