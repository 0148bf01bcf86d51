import { synthesize } from "../../infra/local/host/synthesize.ts";

/** Builds the functions once, before several hosts start at the same time and each does it. */
export async function setup(): Promise<void> {
  await synthesize();
}
