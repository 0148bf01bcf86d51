import type { Watermark, WatermarkStore } from "../../shared/sync/ports.ts";

/** Watermarks in memory. */
export function memoryWatermarkStore(): WatermarkStore {
  const marks = new Map<string, Watermark>();
  return {
    async load(name) {
      return marks.get(name);
    },
    async save(name, next, seenVersion) {
      if ((marks.get(name)?.version ?? 0) !== seenVersion) return "stale";
      marks.set(name, { ...next, version: seenVersion + 1 });
      return "saved";
    },
  };
}
