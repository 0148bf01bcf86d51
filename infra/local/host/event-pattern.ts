import * as z from "zod";

const FIELDS = z.record(z.string(), z.unknown());
const TEST = z.union([
  z.strictObject({ prefix: z.string() }),
  z.strictObject({ suffix: z.string() }),
  z.strictObject({ exists: z.boolean() }),
  z.strictObject({
    "anything-but": z.union([
      z.string(),
      z.number(),
      z.array(z.union([z.string(), z.number()])),
      z.strictObject({ prefix: z.string() }),
    ]),
  }),
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
]);

/**
 * Whether an event is what a rule asks for. Fields of a pattern must all match, of a list of tests one.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 *
 * @throws z.ZodError - for a test that is not known, since a guess would drop or add events.
 */
export function matchesPattern(pattern: unknown, event: unknown): boolean {
  const here = FIELDS.safeParse(event);
  return Object.entries(FIELDS.parse(pattern)).every(([name, wanted]) => {
    const value = here.success ? here.data[name] : undefined;
    if (!Array.isArray(wanted)) return matchesPattern(wanted, value);
    const values = Array.isArray(value) ? value : [value];
    return wanted.some((test) => values.some((one) => passes(TEST.parse(test), one)));
  });
}

function passes(test: z.infer<typeof TEST>, value: unknown): boolean {
  if (typeof test !== "object" || test === null) return test === value;
  if ("prefix" in test) return typeof value === "string" && value.startsWith(test.prefix);
  if ("suffix" in test) return typeof value === "string" && value.endsWith(test.suffix);
  if ("exists" in test) return test.exists === (value !== undefined);
  if (value === undefined) return false;
  const refused = test["anything-but"];
  if (Array.isArray(refused)) return !refused.some((one) => one === value);
  if (typeof refused === "object")
    return !(typeof value === "string" && value.startsWith(refused.prefix));
  return refused !== value;
}
