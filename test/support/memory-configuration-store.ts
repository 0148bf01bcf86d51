import type { ConfigurationStore, KeptConfiguration } from "../../shared/runs/offer-plans.ts";

/** The kept mapping, in memory. */
export function memoryConfigurationStore(): ConfigurationStore {
  let kept: KeptConfiguration | undefined;
  return {
    load: async () => structuredClone(kept),
    async save(next) {
      if (next.version !== (kept?.version ?? 0)) return false;
      kept = structuredClone({ ...next, version: next.version + 1 });
      return true;
    },
  };
}
