/** What an admin has made required of one object, in the create form and by conditions. */
export interface RequiredRules {
  readonly onCreate: readonly string[];
  readonly conditional: readonly ConditionalRule[];
}

/** While `property` holds one of `values`, `requires` must have a value. */
export interface ConditionalRule {
  readonly property: string;
  readonly values: readonly string[];
  readonly requires: readonly string[];
}
