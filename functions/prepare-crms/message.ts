import * as z from "zod";

/** Without `apply`, shows what would be created, and creates nothing. `rates`: reads the exchange rates. `offers`: offers plans where the mapping has changed. */
export const prepareMessage = z.union([
  z.strictObject({ apply: z.boolean().default(false) }),
  z.strictObject({ what: z.enum(["rates", "offers"]) }),
]);
