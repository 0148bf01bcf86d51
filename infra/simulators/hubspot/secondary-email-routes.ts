import { type Context, Hono } from "hono";
import { additionalEmailsOf, changeAdditionalEmails } from "./contact-emails.ts";
import { requireLive } from "./find-record.ts";
import { answer, pathParameter, sourceOf } from "./http-answer.ts";
import { CONTACT } from "./object-type.ts";
import { PORTAL_ID, type Portal } from "./portal.ts";
import { invalid } from "./refusal.ts";
import type { StoredRecord } from "./stored-record.ts";

/**
 * `/contacts/v1/secondary-email/{vid}`: the one API that changes `hs_additional_emails`.
 * Source: legacy reference, contacts v1, read 2026-11-21.
 */
export function secondaryEmailRoutes(portal: Portal): Hono {
  const routes = new Hono();
  const single = "/:vid/email/:email";
  const vidIn = (context: Context) => pathParameter(context, "vid");
  const emailIn = (context: Context) => {
    const email = pathParameter(context, "email").trim().toLowerCase();
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw invalid(`Email address ${email} is invalid`);
    return email;
  };
  routes.get("/:vid", (context) =>
    emailsAnswer(requireLive(portal, CONTACT, { id: vidIn(context) })),
  );
  routes.put(single, (context) => {
    const email = emailIn(context);
    const add = (emails: readonly string[]) => [...emails, email];
    return emailsAnswer(
      portal.write(sourceOf(context), (write) =>
        changeAdditionalEmails(write, vidIn(context), add),
      ),
    );
  });
  routes.delete(single, (context) => {
    const email = emailIn(context);
    const drop = (emails: readonly string[]) => emails.filter((each) => each !== email);
    return emailsAnswer(
      portal.write(sourceOf(context), (write) =>
        changeAdditionalEmails(write, vidIn(context), drop),
      ),
    );
  });
  return routes;
}

function emailsAnswer(contact: StoredRecord): Response {
  return answer(200, {
    portalId: PORTAL_ID,
    vid: Number(contact.id),
    secondaryEmails: additionalEmailsOf(contact),
  });
}
