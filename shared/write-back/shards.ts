const SHARDS = [..."0123456789abcdef"];

export const FIRST_SHARD = "0";

/** The sixteenth that follows; undefined: it was the last. */
export function shardAfter(shard: string): string | undefined {
  return SHARDS[SHARDS.indexOf(shard) + 1];
}

/** By the first digit of an id. Record ids are spread evenly; campaigns are few, and all begin with 7. */
export function shardOf({ id }: { readonly id: string }): string {
  const first = id.slice(0, 1).toLowerCase();
  return SHARDS.includes(first) ? first : FIRST_SHARD;
}
