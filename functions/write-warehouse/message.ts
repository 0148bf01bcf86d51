import * as z from "zod";

/** Nothing: what is to be written follows from what is there. */
export const writeWarehouseMessage = z.strictObject({});
