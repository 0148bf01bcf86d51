import * as z from "zod";
import { awsJson } from "./aws-json.ts";
import type { EVENT_SOURCE } from "./resource-schemas.ts";
import { STREAM_TARGET, type Watched } from "./table-streams.ts";

const ITEM = z.record(z.string(), z.unknown());
const CHANGE = z.object({
  sequence: z.number(),
  atMs: z.number(),
  keys: ITEM,
  before: ITEM.optional(),
  after: ITEM.optional(),
});

export type StreamChange = z.infer<typeof CHANGE>;

/** Who reads the changes of which table. */
export interface Reader {
  readonly table: string;
  readonly reader: string;
}

/** The streams of the embedded DynamoDB's tables. */
export interface Streams {
  watch(one: Watched): Promise<void>;
  /** The next changes that the reader has not passed, in their order. */
  read(of: Reader, most: number): Promise<readonly StreamChange[]>;
  /** The reader is done with all changes up to this one. */
  pass(of: Reader, sequence: number): Promise<void>;
  /** Changes that the reader has not passed. */
  behind(of: Reader): Promise<number>;
}

export function openStreams(url: string): Streams {
  const ask = awsJson(url, STREAM_TARGET).call;
  return {
    async watch(one) {
      await ask("Watch", one);
    },
    async read(of, most) {
      return z.object({ changes: CHANGE.array() }).parse(await ask("Read", { ...of, most }))
        .changes;
    },
    async pass(of, sequence) {
      await ask("Pass", { ...of, sequence });
    },
    async behind(of) {
      return z.object({ behind: z.number() }).parse(await ask("Behind", of)).behind;
    },
  };
}

/** The patterns of a mapping; one that meets everything where it has none. */
export function filtersOf({
  FilterCriteria,
}: Pick<z.infer<typeof EVENT_SOURCE>, "FilterCriteria">): Record<string, unknown>[] {
  const filters = FilterCriteria?.Filters ?? [{ Pattern: "{}" }];
  return filters.map(({ Pattern }) => ITEM.parse(JSON.parse(Pattern)));
}
