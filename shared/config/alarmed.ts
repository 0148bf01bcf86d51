/** Logged of each field that starts to flip (rule K6); an alarm counts these lines by their words. */
export const UNSTABLE_FIELD = "a field is unstable";
