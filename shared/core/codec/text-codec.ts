import { type Codec, refuse, textOrNull } from "./codec.ts";

export interface TextOptions {
  /** The far side's limit, in characters. A longer value is refused, never cut. */
  readonly maxLength?: number;
  /** Written for a blank where the far side requires a value, and read as a blank. */
  readonly placeholder?: string;
  /** Read as a blank, never written: the placeholder of the other side, should it stray here. */
  readonly alsoBlank?: string;
}

/** Text as people type it, without the spaces around it. */
export function textCodec({ maxLength, placeholder, alsoBlank }: TextOptions = {}): Codec {
  return {
    spec: ["text", { maxLength, placeholder, alsoBlank }],
    read([raw]) {
      const text = textOrNull(raw);
      return text === placeholder || text === alsoBlank ? null : text;
    },
    write(value) {
      if (maxLength !== undefined && value !== null && [...value].length > maxLength)
        return refuse(
          "too-long",
          `is ${[...value].length} characters long, the limit is ${maxLength}`,
        );
      return [value ?? placeholder ?? null];
    },
  };
}

/** A property that holds the first of several that is not blank. For facts that are only read. */
export function firstOfCodec(inner: Codec): Codec {
  return {
    spec: ["first of", ...inner.spec],
    read: (raw) => inner.read([raw.find((value) => textOrNull(value) !== null) ?? null]),
    write: () => refuse("read-only", "is calculated by the system that holds it"),
  };
}
