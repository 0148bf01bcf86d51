import { z } from "zod";
import { Refusal } from "../records/refusal.ts";
import type { Field } from "../schema/field.ts";
import type { SObjectType } from "../schema/schema.ts";
import { type Org, sendJson } from "./org.ts";

/** A set-up call that cannot be carried out, with one line that says why. */
export class SetupError extends Error {}

/** Runs `work`, and answers a bad body or a name that is unknown with one line. */
export async function answering(work: () => Response | Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    const isTold = [SetupError, SyntaxError, Refusal].some((each) => error instanceof each);
    if (isTold && error instanceof Error) return sendJson(400, { error: error.message });
    if (error instanceof z.ZodError) return sendJson(400, { error: oneLine(error) });
    throw error;
  }
}

function oneLine({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`).join("; ");
}

export function expectType({ database }: Org, name: string): SObjectType {
  const type = database.schema.find(name);
  if (!type) throw new SetupError(`There is no object ${name}`);
  return type;
}

export function expectField(type: SObjectType, name: string): Field {
  const field = type.fields.get(name.toLowerCase());
  if (!field) throw new SetupError(`${type.name} has no field ${name}`);
  return field;
}
