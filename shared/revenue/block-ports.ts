import type { Level } from "../core/attribution/block.ts";
import type { VersionName } from "../core/attribution/credit-row.ts";
import type { Line } from "../core/attribution/lines.ts";

/** What a version credited of all that was posted within a stretch of time, by one dimension. */
export interface Block {
  readonly dimension: string;
  readonly level: Level;
  /** Its name: `2026-11-22T08`. */
  readonly start: string;
  readonly lines: readonly Line[];
}

/** Sums of credits. A block is made once its stretch is over and settled, and is never another. */
export interface BlockStore {
  /** Keeps blocks, in their order; one that is there already stays. */
  keepBlocks(version: VersionName, blocks: readonly Block[]): Promise<void>;
  /** The blocks of a level whose names are `from` or behind it, and before `before`, in their order. */
  blocks(
    version: VersionName,
    of: Pick<Block, "dimension" | "level"> & { readonly from: string; readonly before: string },
  ): Promise<readonly Pick<Block, "start" | "lines">[]>;
  /** The name of the last block of a level; undefined: there is none. */
  lastBlock(
    version: VersionName,
    of: Pick<Block, "dimension" | "level">,
  ): Promise<string | undefined>;
}
