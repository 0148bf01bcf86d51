import * as z from "zod";
import { mapping } from "../../shared/config/mapping.ts";
import { wireShapes } from "../../shared/core/mapping/wire-shape.ts";
import { CAUSES } from "../../shared/core/parking/cause.ts";
import {
  hintsOfChangeEvent,
  salesforceChangeEvent,
} from "../../shared/salesforce/change-events.ts";

/** Which parked values are meant, as people ask for them. */
const parkedFilter = z.strictObject({
  cause: z.enum(CAUSES).exactOptional(),
  field: z.string().min(1).exactOptional(),
  system: z.enum(["hubspot", "salesforce"]).exactOptional(),
});

const hint = z.strictObject({
  ref: z.strictObject({
    system: z.enum(["hubspot", "salesforce"]),
    object: z.string().min(1),
    id: z.string().min(1),
  }),
  evidence: z.record(z.string(), z.string().nullable()).exactOptional(),
  relations: z
    .array(
      z.strictObject({
        object: z.string(),
        id: z.string(),
        present: z.boolean(),
        primary: z.boolean().exactOptional(),
      }),
    )
    .exactOptional(),
  related: z.record(z.string(), z.array(z.string())).exactOptional(),
  touches: z.array(z.strictObject({ id: z.string(), toldAtMs: z.number() })).exactOptional(),
  created: z.boolean().exactOptional(),
  because: z.string().exactOptional(),
  sightings: z
    .array(z.strictObject({ property: z.string(), raw: z.string().nullable(), atMs: z.number() }))
    .exactOptional(),
  retry: z.array(parkedFilter).exactOptional(),
  sinceMs: z.number().exactOptional(),
});

/** Look at these records again. `attempt` counts how often the hints have come back. */
export const hintMessage = z.strictObject({
  hints: z.array(hint).min(1),
  attempt: z.int().nonnegative(),
});

const MAPPED = new Set(wireShapes(mapping, "salesforce").map(({ object }) => object));

/**
 * A change event of Salesforce, as the event bus puts it on the live queue. `passedOver`: what it named
 * that no hint was made of, and why.
 */
const changeEventMessage = salesforceChangeEvent.transform((event) => {
  const { hints, ignored } = hintsOfChangeEvent(event, MAPPED);
  return { hints, attempt: 0, passedOver: ignored };
});

/** What the worker's queues hold. */
export const workMessage = z.union([hintMessage, changeEventMessage]);
