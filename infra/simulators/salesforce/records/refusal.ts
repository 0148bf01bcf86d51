/** One of the reasons why a record is turned down. */
interface Reason {
  readonly errorCode: string;
  readonly message: string;
  readonly fields: readonly string[] | undefined;
}

interface RefusalOptions {
  readonly status?: Refusal["status"];
  readonly fields?: readonly string[];
  /** The reasons besides the first. */
  readonly also?: readonly Reason[];
  /** What a duplicate rule found. */
  readonly duplicateResult?: object;
}

/** A call the platform turns down, in the words it uses. */
export class Refusal extends Error {
  readonly errorCode: string;
  readonly status: 400 | 401 | 403 | 404 | 405 | 415 | 500;
  readonly fields: readonly string[] | undefined;
  readonly #also: readonly Reason[];
  readonly #duplicateResult: object | undefined;

  constructor(errorCode: string, message: string, more: RefusalOptions = {}) {
    super(message);
    this.errorCode = errorCode;
    this.status = more.status ?? 400;
    this.fields = more.fields;
    this.#also = more.also ?? [];
    this.#duplicateResult = more.duplicateResult;
  }

  /** Why, in the order in which the platform says it. */
  get reasons(): readonly Reason[] {
    return [this, ...this.#also];
  }

  /**
   * The body of a refused single call: an array, also for one error. The platform misspells
   * `duplicateResut`, as the recorded answers of many public integrations show.
   */
  toBody(): unknown[] {
    const found = this.#duplicateResult && { duplicateResut: this.#duplicateResult };
    return this.reasons.map(({ message, errorCode, fields }) =>
      fields ? { ...found, message, errorCode, fields } : { ...found, message, errorCode },
    );
  }

  /** The same errors as a row of a collection carries them: `statusCode` in place of `errorCode`. */
  toRowErrors(): { statusCode: string; message: string; fields: readonly string[] }[] {
    return this.reasons.map(({ errorCode, message, fields }) => ({
      statusCode: errorCode,
      message,
      fields: fields ?? [],
    }));
  }
}

export function unknownColumn(field: string, sobject: string): Refusal {
  return new Refusal("INVALID_FIELD", `No such column '${field}' on sobject of type ${sobject}`);
}

export function entityIsDeleted(): Refusal {
  return new Refusal("ENTITY_IS_DELETED", "entity is deleted", { status: 404, fields: [] });
}

export function notFound(message = "The requested resource does not exist"): Refusal {
  return new Refusal("NOT_FOUND", message, { status: 404 });
}

/** The one text for a missing row, a wrong row and a row that the user may not see. */
export function invalidCrossReference(fields: readonly string[] = []): Refusal {
  return new Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", { fields });
}
