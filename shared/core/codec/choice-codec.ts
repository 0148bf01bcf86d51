import { type Codec, refuse, textOrNull } from "./codec.ts";

/**
 * One choice as a system words it. Where several options share a wording or a value, the first one
 * decides what the wording is read as, and how the value is written.
 */
export interface ChoiceOption {
  readonly raw: string;
  /** Null: this wording stands for a blank, where the system cannot hold one. */
  readonly value: string | null;
}

/**
 * A list of choices. What is not in the list passes as it is, so that a choice nobody mapped is
 * refused by the far side and parked, rather than lost. A value that happens to be the wording of
 * another is refused here, since the far side would hold it, and say the other (R4).
 */
export function choiceCodec(options: readonly ChoiceOption[]): Codec {
  const lastFirst = [...options].reverse();
  const values = new Map(lastFirst.map(({ raw, value }) => [raw, value]));
  const raws = new Map(lastFirst.map(({ raw, value }) => [value, raw]));
  return {
    spec: ["choice", options],
    read([raw]) {
      const text = textOrNull(raw);
      return text !== null && values.has(text) ? (values.get(text) ?? null) : text;
    },
    write(value) {
      const raw = raws.get(value);
      if (raw === undefined && value !== null && values.has(value))
        return refuse("choice-unknown", "is how the far side words another choice");
      return [raw ?? value];
    },
  };
}

/** A choice that the far side may not hold unless it is listed. */
export function closedChoiceCodec(options: readonly ChoiceOption[]): Codec {
  const open = choiceCodec(options);
  const known = new Set(options.map(({ value }) => value));
  return {
    spec: ["closed choice", options],
    read: open.read,
    write: (value) =>
      value === null || known.has(value)
        ? open.write(value)
        : refuse("choice-unknown", "is not among the choices that the mapping knows"),
  };
}
