import { type Context, Hono } from "hono";
import { answer, noContent, pathParameter, sourceOf, startBatch } from "./http-answer.ts";
import { APP_ID, PORTAL_ID, type Portal } from "./portal.ts";
import { notFound, Refusal } from "./refusal.ts";
import { batchNamesOfFiles, journalSubscriptionBody, parseBody } from "./request-bodies.ts";

/** How long the link to a file works (unverified). */
const LINK_LIVES_MS = 3_600_000;

type File = ReturnType<Portal["webhooksJournal"]["files"]>[number];

/**
 * `/webhooks-journal/journal/{version}` and its twin for one installation, `journal-local`. Files
 * are read one by one, or several at a time. Source: journal guide, read 2026-11-21.
 */
export function journalRoutes(portal: Portal): Hono {
  const routes = new Hono();
  const { webhooksJournal: journal, clock } = portal;
  const linkTo = (context: Context, { offset }: File) => {
    const expiresAtMs = clock.now() + LINK_LIVES_MS;
    const { origin } = new URL(context.req.url);
    return {
      url: `${origin}/_simulator/journal-files/${offset}?expires=${expiresAtMs}`,
      expiresAt: new Date(expiresAtMs).toISOString(),
      currentOffset: offset,
    };
  };
  const visibleIn = (context: Context) => {
    const portalId = context.req.query("installPortalId");
    return portalId === undefined || portalId === String(PORTAL_ID) ? journal.files() : [];
  };
  const after = (context: Context) => {
    const files = visibleIn(context);
    const at = files.findIndex(({ offset }) => offset === pathParameter(context, "offset"));
    if (at === -1) throw notFound("The offset is not in the journal, or not any more");
    return files.slice(at + 1);
  };
  const one = (context: Context, file: File | undefined) =>
    file ? answer(200, linkTo(context, file)) : noContent();
  const many = (context: Context, files: readonly File[]) =>
    files.length === 0
      ? noContent()
      : startBatch(clock)({ results: files.map((file) => linkTo(context, file)), errors: [] });
  const countIn = (context: Context) => Number(pathParameter(context, "count"));
  routes.get("/earliest", (context) => one(context, visibleIn(context)[0]));
  routes.get("/latest", (context) => one(context, visibleIn(context).at(-1)));
  routes.get("/offset/:offset/next", (context) => one(context, after(context)[0]));
  routes.get("/batch/earliest/:count{[1-9][0-9]*}", (context) =>
    many(context, visibleIn(context).slice(0, countIn(context))),
  );
  routes.get("/batch/latest/:count{[1-9][0-9]*}", (context) =>
    many(context, visibleIn(context).slice(-countIn(context))),
  );
  routes.get("/batch/:offset/next/:count{[1-9][0-9]*}", (context) =>
    many(context, after(context).slice(0, countIn(context))),
  );
  routes.post("/batch/read", async (context) => {
    const finish = startBatch(clock);
    const { inputs } = parseBody(batchNamesOfFiles, await context.req.text());
    const files = new Map(visibleIn(context).map((file) => [file.offset, file]));
    const missing = inputs.filter((offset) => !files.has(offset));
    const refusal = notFound("Some offsets are not in the journal, or not any more");
    return finish({
      results: inputs.flatMap((offset) => {
        const file = files.get(offset);
        return file ? [linkTo(context, file)] : [];
      }),
      errors:
        missing.length === 0
          ? []
          : [
              new Refusal(404, refusal.message, {
                ...refusal.facts,
                context: { ids: missing },
              }).entry(),
            ],
    });
  });
  return routes;
}

/** The files that the journal links to. Whoever holds a link may read, until it expires. */
export function journalFileRoutes(portal: Portal): Hono {
  const routes = new Hono();
  routes.get("/:offset", (context) => {
    const expiresAtMs = Number(context.req.query("expires"));
    if (!(portal.clock.now() <= expiresAtMs)) throw new Refusal(403, "Request has expired");
    const file = portal.webhooksJournal.download(pathParameter(context, "offset"));
    if (!file) throw notFound();
    return answer(200, file);
  });
  return routes;
}

/** `/webhooks-journal/subscriptions/{version}`: one a type and object; the same again replaces it. */
export function journalSubscriptionRoutes(portal: Portal): Hono {
  const routes = new Hono();
  const { subscriptions } = portal.webhooksJournal;
  routes.get("/", () => answer(200, { results: [...subscriptions.values()] }));
  routes.post("/", async (context) => {
    const given = parseBody(journalSubscriptionBody, await context.req.text());
    const saved = portal.write(sourceOf(context), ({ atMs }) => {
      const at = new Date(atMs).toISOString();
      const same = [...subscriptions.values()].find(
        (each) =>
          each.subscriptionType === given.subscriptionType &&
          each.objectTypeId === given.objectTypeId,
      );
      const id = same?.id ?? Number(portal.newId());
      const createdAt = same?.createdAt ?? at;
      const subscription = {
        ...given,
        id,
        appId: APP_ID,
        portalId: given.portalId ?? PORTAL_ID,
        createdAt,
        updatedAt: at,
      };
      subscriptions.set(String(id), subscription);
      return subscription;
    });
    return answer(200, saved);
  });
  routes.get("/:id", (context) => {
    const found = subscriptions.get(pathParameter(context, "id"));
    if (!found) throw notFound();
    return answer(200, found);
  });
  routes.delete("/portals/:portalId", (context) => {
    portal.write(sourceOf(context), () => {
      if (pathParameter(context, "portalId") !== String(PORTAL_ID)) return;
      for (const { id } of [...subscriptions.values()]) subscriptions.delete(String(id));
    });
    return noContent();
  });
  routes.delete("/:id", (context) => {
    const id = pathParameter(context, "id");
    if (!subscriptions.has(id)) throw notFound();
    portal.write(sourceOf(context), () => subscriptions.delete(id));
    return noContent();
  });
  return routes;
}
