import { type Codec, textOrNull } from "./codec.ts";
import { hostOf } from "./field-type.ts";

/** A side that holds the bare host of a web address, and nothing else of it. */
export function hostCodec(): Codec {
  return {
    spec: ["host"],
    read: ([raw]) => textOrNull(raw),
    write: (value) => [value === null ? null : hostOf(value)],
  };
}
