/** A call the platform turns down, in the words it uses. */
export class Refusal extends Error {
  readonly errorCode: string;
  readonly status: 400 | 401 | 403 | 404 | 405 | 415 | 500;
  readonly fields: readonly string[] | undefined;

  constructor(
    errorCode: string,
    message: string,
    more: { status?: Refusal["status"]; fields?: readonly string[] } = {},
  ) {
    super(message);
    this.errorCode = errorCode;
    this.status = more.status ?? 400;
    this.fields = more.fields;
  }

  /** The body of a refused single call: an array, also for one error. */
  toBody(): unknown[] {
    const { message, errorCode, fields } = this;
    return [fields ? { message, errorCode, fields } : { message, errorCode }];
  }

  /** The same error as a row of a collection carries it: `statusCode` in place of `errorCode`. */
  toRowError(): { statusCode: string; message: string; fields: readonly string[] } {
    return { statusCode: this.errorCode, message: this.message, fields: this.fields ?? [] };
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
