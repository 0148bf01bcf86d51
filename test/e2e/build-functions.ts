import { synthesize } from "../../infra/local/host/synthesize.ts";
import { LOCAL_CONTEXT } from "../../infra/local/local-issuer.ts";

/** Builds the functions once, before several hosts start at the same time and each does it. */
export async function setup(): Promise<void> {
  await synthesize({ context: LOCAL_CONTEXT });
}
