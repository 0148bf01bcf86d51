import * as z from "zod";
import { refusalBody } from "./refusal.ts";

/** A record in any answer of the objects API, after the client has made dates of its stamps. */
export const wireRecord = z.object({
  id: z.string(),
  properties: z.record(z.string(), z.string().nullish()),
  createdAt: z.date(),
  updatedAt: z.date(),
  objectWriteTraceId: z.string().nullish(),
  _new: z.boolean().nullish(),
});

export type WireRecord = z.infer<typeof wireRecord>;

/** A batch answer. With status 207 some inputs stand in `errors`. */
export const batchAnswer = z.object({
  results: z.array(wireRecord),
  errors: z.array(refusalBody).nullish(),
});

export const searchAnswer = z.object({
  total: z.number(),
  results: z.array(wireRecord),
});

/** HubSpot's name of the last change differs on contacts. Source: search guide, read 2026-11-21. */
export function stampProperty(object: string): string {
  return object === "contacts" ? "lastmodifieddate" : "hs_lastmodifieddate";
}

export function modifiedAtMs(object: string, { properties, updatedAt }: WireRecord): number {
  const stamp = Date.parse(properties[stampProperty(object)] ?? "");
  return Number.isNaN(stamp) ? updatedAt.getTime() : stamp;
}

/** Record ids are whole numbers that may outgrow a double: the longer one is the larger. */
export function compareIds(left: string, right: string): number {
  if (left.length !== right.length) return left.length - right.length;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
