import type { Codec } from "../codec/codec.ts";
import type { FieldPlace } from "../mapping/mapping.ts";
import { type LifecycleMachine, type StageWords, stageOf, wordsFor } from "./machine.ts";

/** Reads the stage that an object's properties say together, and says a stage in them. */
function stageCodec(words: StageWords): Codec {
  const names = words.properties.map(({ name }) => name);
  return {
    spec: ["stage", words],
    read: (raw) =>
      stageOf(words, Object.fromEntries(names.map((name, index) => [name, raw[index] ?? null]))),
    write(stage) {
      const written = wordsFor(words, stage, {});
      return names.map((name) => written[name]);
    },
  };
}

/** Where a lifecycle's stages are kept: by object, all the properties that say one together. */
export function stagePlaces({ objects }: LifecycleMachine): Record<string, FieldPlace> {
  return Object.fromEntries(
    Object.entries(objects).map(([object, words]) => [
      object,
      { properties: words.properties.map(({ name }) => name), codec: stageCodec(words) },
    ]),
  );
}
