import * as z from "zod";

const required = z.string().min(1);

/** Client credentials flow: the connected app acts as the user it is set to run as. */
const clientCredentials = z.object({ clientId: required, clientSecret: required });

/** JWT bearer flow: the app signs for a user who has been let in once. `privateKey` is a PEM. */
const jwtBearer = z.object({ clientId: required, username: required, privateKey: required });

/**
 * What signs Accord in. The username-password flow is not offered: new External Client Apps lack it.
 * Source: https://help.salesforce.com, "External Client Apps" (read 2026-11-21).
 */
export const salesforceCredentials = z.union([jwtBearer, clientCredentials]);

export type SalesforceCredentials = z.infer<typeof salesforceCredentials>;
