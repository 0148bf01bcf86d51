import * as z from "zod";

/** Without `apply`, shows what would be created, and creates nothing. */
export const prepareMessage = z.strictObject({ apply: z.boolean().default(false) });
