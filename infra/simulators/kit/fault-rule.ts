import { z } from "zod";

const ms = z.int().min(0);
const range = z
  .tuple([ms, ms])
  .refine(([min, max]) => min <= max, { error: "the first is larger than the second" });

/** What meets a request. */
const requestFaults = [
  z.strictObject({
    kind: z.literal("status"),
    status: z
      .int()
      .min(200)
      .max(599)
      .refine((status) => ![204, 205, 304].includes(status), { error: "has no body" }),
    /** JSON, or text as it stands; the system's own words for this status where it is left out. */
    body: z.unknown().optional(),
    headers: z.record(z.string(), z.string()).default({}),
  }),
  z
    .strictObject({ kind: z.literal("delay"), ms: ms.optional(), range: range.optional() })
    .refine((delay) => (delay.ms === undefined) !== (delay.range === undefined), {
      error: "expected either ms or range, such as [150, 400]",
    }),
  z.strictObject({ kind: z.literal("reset"), when: z.enum(["before", "after"]) }),
  z.strictObject({
    kind: z.literal("partial"),
    /** From 1 on a number of rows, below 1 a share of them. Which ones is left to chance. */
    fail: z
      .number()
      .positive()
      .refine((fail) => fail < 1 || Number.isInteger(fail), {
        error: "expected a whole number of rows, or a share below 1",
      }),
    /** The system's own words for a row that is locked where it is left out. */
    error: z
      .strictObject({ code: z.string().optional(), message: z.string().optional() })
      .default({}),
  }),
] as const;

/** What meets a webhook, a batch of change events or an outbound message: one request of ours. */
const deliveryFaults = [
  z.strictObject({ kind: z.literal("drop-delivery") }),
  z.strictObject({ kind: z.literal("duplicate-delivery"), copies: z.int().min(1).max(100) }),
  z.strictObject({ kind: z.literal("delay-delivery"), ms }),
  z.strictObject({ kind: z.literal("reorder-deliveries") }),
] as const;

const KINDS = [
  "status, delay, reset, partial",
  "drop-delivery, duplicate-delivery, delay-delivery, reorder-deliveries",
].join(", ");

const regex = z.string().refine(isRegex, { error: "is not a regular expression" });

/** A fault, and when it happens. */
export const faultRule = z.strictObject({
  match: z
    .strictObject({
      method: z.string().optional(),
      /** The path, where `*` is anything but a slash and `**` is anything; or `{regex}`. */
      path: z.union([z.string(), z.strictObject({ regex })]).optional(),
      bodyContains: z.string().optional(),
      object: z.string().optional(),
    })
    .default({}),
  /** How many that match are let through first. */
  after: z.int().min(0).default(0),
  times: z.union([z.int().min(1), z.literal("always")]).default(1),
  probability: z.number().positive().max(1).default(1),
  fault: z.discriminatedUnion("kind", [...requestFaults, ...deliveryFaults], {
    error: ({ code }) =>
      code === "invalid_union" ? `expected kind to be one of ${KINDS}` : undefined,
  }),
});

export type FaultRule = z.output<typeof faultRule>;
type Fault = FaultRule["fault"];
export type RequestFault = z.output<(typeof requestFaults)[number]>;
export type DeliveryFault = z.output<(typeof deliveryFaults)[number]>;

export function isOfDeliveries(fault: Fault): fault is DeliveryFault {
  return fault.kind.includes("deliver");
}

function isRegex(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/** A request to us or of ours, as far as a rule can tell. */
export interface Incident {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly body: string;
  readonly objects: readonly string[];
}

/** Whether `match` means `incident`. `nameObject` brings the names of an object into one form. */
export function doesMatch(
  match: FaultRule["match"],
  incident: Incident,
  nameObject: (name: string) => string,
): boolean {
  const { method, path, bodyContains, object } = match;
  return (
    (method === undefined || method.toUpperCase() === incident.method) &&
    (path === undefined || pathPattern(path).test(incident.path)) &&
    (bodyContains === undefined || incident.body.includes(bodyContains)) &&
    (object === undefined ||
      incident.objects.some((each) => nameObject(each) === nameObject(object)))
  );
}

function pathPattern(path: string | { readonly regex: string }): RegExp {
  if (typeof path !== "string") return new RegExp(path.regex);
  const escaped = path.replace(/[.+^${}()|[\]\\?]/g, "\\$&");
  return new RegExp(
    `^${escaped.replace(/\*\*|\*/g, (stars) => (stars === "**" ? ".*" : "[^/]*"))}$`,
  );
}
