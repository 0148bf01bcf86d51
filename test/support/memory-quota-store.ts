import type { Meter } from "../../shared/core/quota/meter.ts";
import { METERS, type MeterName } from "../../shared/core/quota/meters.ts";
import type { QuotaStore } from "../../shared/sync/quota.ts";

/** Meters in memory; it has passed the contract of quota stores. */
export function memoryQuotaStore(): QuotaStore & { meter(name: MeterName): Meter } {
  const meters = new Map<MeterName, Meter>();
  const meter = (name: MeterName) => meters.get(name) ?? METERS[name];
  return {
    meter,
    async change(name, decide) {
      const { next, answer } = decide(meter(name));
      if (next) meters.set(name, next);
      return answer;
    },
  };
}
