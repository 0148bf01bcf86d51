import * as z from "zod";
import { Fault } from "../sync/fault.ts";

const words = z.string().optional().catch(undefined);

const context = z.record(z.string(), z.array(z.coerce.string())).optional().catch(undefined);

const detail = z.object({ message: words, code: words, context });

/**
 * An error as HubSpot words it: a whole answer, or an entry of a 207. Every field may be missing.
 * Source: https://developers.hubspot.com/docs/api-reference/error-handling, read 2026-11-21.
 */
export const refusalBody = z.object({
  message: words,
  category: words,
  subCategory: words,
  correlationId: words,
  policyName: words,
  context,
  errors: z.array(detail).optional().catch(undefined),
});

export type RefusalBody = z.infer<typeof refusalBody>;

/** HubSpot understood the request, and would not do it. */
export interface Refusal extends RefusalBody {
  readonly httpStatus: number;
}

const exception = z.object({ code: z.number(), body: z.unknown() });

/** What the call answered, or why it was refused. Throws whatever is neither. */
export async function answerOrRefusal<Answer>(
  call: Promise<Answer>,
): Promise<{ readonly answer: Answer } | { readonly refusal: Refusal }> {
  try {
    return { answer: await call };
  } catch (error) {
    const thrown = exception.safeParse(error);
    if (!thrown.success) throw error;
    return { refusal: refusalOf(thrown.data.code, thrown.data.body) };
  }
}

export function refusalOf(httpStatus: number, body: unknown): Refusal {
  return { httpStatus, ...refusalBody.catch(refusalBody.parse({})).parse(body) };
}

/**
 * What the call answered, where a refusal is nobody's to handle. The fault is worded anew, since the
 * client's own message holds the whole body, and with it the customer's data.
 */
export async function answerOrFault<Answer>(call: Promise<Answer>, doing: string): Promise<Answer> {
  const outcome = await answerOrRefusal(call);
  if ("answer" in outcome) return outcome.answer;
  throw refusedFault(outcome.refusal, doing);
}

export function refusedFault(refusal: Refusal, doing: string): Fault {
  const { httpStatus, category = "no category", correlationId = "none" } = refusal;
  return new Fault(
    "hubspot-refused",
    `HubSpot answered ${httpStatus} (${category}) when asked to ${doing}; correlation id ${correlationId}`,
  );
}

const listedProblems = z.array(z.object({ name: z.string(), error: words, message: words }));

export interface NamedProblem {
  readonly property: string;
  readonly code: string;
  readonly message: string;
}

/**
 * The properties a refusal names. They stand in `errors`, in the context of the whole, or only in the
 * message, as JSON: "Property values were not valid: [{…}]".
 */
export function namedProblems(refusal: RefusalBody): NamedProblem[] {
  const code = refusal.category ?? "REFUSED";
  const inErrors = (refusal.errors ?? []).flatMap((error) =>
    (error.context?.["propertyName"] ?? []).map((property) => ({
      property,
      code: error.code ?? code,
      message: error.message ?? "HubSpot refuses this value",
    })),
  );
  const inContext = (refusal.context?.["propertyName"] ?? []).map((property) => ({
    property,
    code,
    message: refusal.message ?? "HubSpot refuses this value",
  }));
  const inWords = problemsInMessage(refusal.message ?? "");
  const found = [...inErrors, ...inContext, ...inWords];
  return [...new Map(found.map((problem) => [problem.property, problem])).values()];
}

/** A value that another record holds is told as "PropertyValueCoordinates{propertyName=…, value=…}". */
const TAKEN_VALUE = /PropertyValueCoordinates\{propertyName=(\w+)/;

function problemsInMessage(message: string): NamedProblem[] {
  const taken = TAKEN_VALUE.exec(message)?.[1];
  if (taken !== undefined)
    return [{ property: taken, code: "CONFLICT", message: "another record has this unique value" }];
  const start = message.indexOf("[{");
  const end = message.lastIndexOf("]");
  if (start < 0 || end < start) return [];
  try {
    const list = listedProblems.safeParse(JSON.parse(message.slice(start, end + 1)));
    return (list.data ?? []).map((problem) => ({
      property: problem.name,
      code: problem.error ?? "REFUSED",
      message: problem.message ?? "HubSpot refuses this value",
    }));
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
