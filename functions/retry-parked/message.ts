import * as z from "zod";

/** Nothing to say: whatever is due is looked for. */
export const retryMessage = z.strictObject({});
