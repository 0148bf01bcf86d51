/** What the queue does with a hint whose work met this fault. */
export type Disposition = "retry" | "give-up";

/**
 * Every way in which the world can fail to cooperate. A new way is a new row, and the row says what
 * the queue does: `retry` sends the hint again later, `give-up` leaves it to the dead-letter queue,
 * since only a person can change the outcome.
 */
const DISPOSITION = {
  "hubspot-throttled": "retry",
  "hubspot-unavailable": "retry",
  "hubspot-unauthorized": "give-up",
  "hubspot-scope-missing": "give-up",
  "hubspot-refused": "give-up",
  "salesforce-throttled": "retry",
  "salesforce-unavailable": "retry",
  "salesforce-unauthorized": "give-up",
  "salesforce-scope-missing": "give-up",
  "salesforce-refused": "give-up",
  "object-unmapped": "give-up",
  "record-busy": "retry",
  "record-changed-meanwhile": "retry",
} as const satisfies Record<string, Disposition>;

export type FaultCode = keyof typeof DISPOSITION;

/**
 * The world did not cooperate. Carries what happens next, so that no caller reads messages. The
 * message says what to do, names records by our id, and holds no customer's data.
 */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly retryAfterMs: number;

  constructor(
    code: FaultCode,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterMs?: number } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "Fault";
    this.code = code;
    this.retryAfterMs = options.retryAfterMs ?? 1000;
  }

  get disposition(): Disposition {
    return DISPOSITION[this.code];
  }
}
