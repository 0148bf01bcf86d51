/** One entry of `errors` in a HubSpot error body. */
interface ErrorDetail {
  readonly message: string;
  readonly code?: string;
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

/** What an error says besides its message. HubSpot asks clients to treat every field as optional. */
export interface RefusalFacts {
  readonly category?: string;
  readonly subCategory?: string;
  /** With `policyName`, of a limit that was reached. */
  readonly errorType?: string;
  readonly policyName?: string;
  readonly errors?: readonly ErrorDetail[];
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

/** A request, or one record of a batch, that HubSpot would not carry out. */
export class Refusal extends Error {
  readonly httpStatus: number;
  readonly facts: RefusalFacts;

  constructor(httpStatus: number, message: string, facts: RefusalFacts = {}) {
    super(message);
    this.httpStatus = httpStatus;
    this.facts = facts;
  }

  /** The body of a whole answer that failed. */
  body(correlationId: string): Record<string, unknown> {
    return {
      status: "error",
      message: this.message,
      correlationId,
      ...this.facts,
    };
  }

  /** The entry in `errors` of a 207, which carries no correlation id. */
  entry(objectWriteTraceId?: string): Record<string, unknown> {
    const trace =
      objectWriteTraceId === undefined ? {} : { objectWriteTraceId: [objectWriteTraceId] };
    const context = { ...trace, ...this.facts.context };
    return {
      status: "error",
      ...this.facts,
      message: this.message,
      ...(Object.keys(context).length > 0 ? { context } : {}),
    };
  }
}

export function invalid(message: string, facts: RefusalFacts = {}): Refusal {
  return new Refusal(400, message, { category: "VALIDATION_ERROR", ...facts });
}

export function notFound(message = "resource not found"): Refusal {
  return new Refusal(404, message, { category: "OBJECT_NOT_FOUND" });
}

export function noSuchRoute(): Refusal {
  return new Refusal(404, "The requested resource was not found");
}

/** Why one value was not taken. */
export interface ValueProblem {
  readonly name: string;
  readonly error: string;
  readonly message: string;
}

/** All bad values of one request at once: the list travels both in `message`, as JSON, and in `errors`. */
export function invalidValues(problems: readonly ValueProblem[]): Refusal {
  const list = problems.map(({ name, error, message }) => ({
    isValid: false,
    message,
    error,
    name,
  }));
  return invalid(`Property values were not valid: ${JSON.stringify(list)}`, {
    errors: problems.map(({ name, error, message }) => ({
      message,
      code: error,
      context: { propertyName: [name] },
    })),
  });
}
