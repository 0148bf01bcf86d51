import * as z from "zod";

/** A day means its first moment. In UTC. */
export const moment = z
  .union([z.iso.date(), z.iso.datetime()], {
    error: "expected a moment such as 2026-01-31 or 2026-01-31T08:00:00Z in UTC",
  })
  .transform((text) => new Date(text).toISOString());
