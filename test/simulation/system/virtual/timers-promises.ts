import { sleep } from "./globals.ts";

/** Stands in for `node:timers/promises`, in virtual time. */
export const setTimeout = sleep;
