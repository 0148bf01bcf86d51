import type { Meter } from "../core/quota/meter.ts";
import type { MeterName } from "../core/quota/meters.ts";
import type { Reading } from "../core/quota/settle.ts";

/** Leave to call one system, for one lane of work. An adapter asks it before each request. */
export interface Pace {
  /**
   * Resolves when one call may be made, which is then to be made at once.
   *
   * @throws `hubspot-throttled` or `salesforce-throttled`, where that would take too long.
   */
  take(meter: MeterName): Promise<void>;
  /** What an answer's headers tell of the limit. */
  learn(meter: MeterName, reading: Reading): void;
}

/** What all workers know of the limits together. */
export interface QuotaStore {
  /**
   * Changes a meter as `decide` says, with nobody's change in between; decides again where there was one.
   * `decide` is given the meter as it is now, and reads the clock then. Without a `next` nothing is written.
   */
  change<Answer>(
    name: MeterName,
    decide: (meter: Meter) => { readonly next: Meter | undefined; readonly answer: Answer },
  ): Promise<Answer>;
}
