import type { Hono } from "hono";
import { gapRequest } from "../events/gaps.ts";
import { toId18 } from "../records/record-id.ts";
import type { Declared } from "../setup/declared.ts";
import { lateness } from "../setup/late-commits.ts";
import { lockRequest } from "../setup/row-locks.ts";
import { limitsChange } from "./allowance.ts";
import { noContent, type Org, sendJson } from "./org.ts";
import { answering, expectField, expectType, SetupError } from "./setup-answers.ts";

/** Every field that a declaration names, in whichever of its parts. */
function* fieldNamesIn(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const each of value) yield* fieldNamesIn(each);
  else if (typeof value === "object" && value !== null)
    for (const [name, part] of Object.entries(value)) {
      const isName = ["field", "copyOf", "upper", "lower", "title"].includes(name);
      if (isName && typeof part === "string") yield part;
      else if (name === "matchOn" && Array.isArray(part)) yield* part.map(String);
      else if (name === "set" && typeof part === "object" && part !== null)
        yield* Object.keys(part);
      if (typeof part === "object") yield* fieldNamesIn(part);
    }
}

/** Names are taken in the platform's own spelling alone, so that what was declared is what is met. */
function checkNames(org: Org, item: { readonly object: string }): void {
  const type = expectType(org, item.object);
  if (type.name !== item.object) throw new SetupError(`The object is spelt ${type.name}`);
  for (const name of fieldNamesIn(item)) {
    const field = expectField(type, name);
    if (field.name !== name) throw new SetupError(`The field is spelt ${field.name}`);
  }
}

/** POST declares, GET lists, DELETE takes back all of a kind or one. */
function addDeclared<Item extends { readonly object: string }>(
  app: Hono,
  org: Org,
  declared: Declared<Item>,
): void {
  const path = `/_simulator/${declared.kind.name}`;
  app.post(path, (context) =>
    answering(async () => {
      const item = declared.kind.schema.parse(await context.req.json());
      checkNames(org, item);
      return sendJson(201, { id: declared.add(item) });
    }),
  );
  app.get(path, () => sendJson(200, declared.all()));
  app.delete(path, () => {
    declared.clear();
    return noContent();
  });
  app.delete(`${path}/:id`, (context) =>
    answering(() => {
      const id = context.req.param("id");
      if (!declared.remove(id)) throw new SetupError(`${declared.kind.name}: there is no ${id}`);
      return noContent();
    }),
  );
}

function addLockRoutes(app: Hono, { database }: Org): void {
  app.post("/_simulator/locks", (context) =>
    answering(async () => {
      const { recordIds, ...rest } = lockRequest.parse(await context.req.json());
      const ids = recordIds.map((id) => {
        const id18 = toId18(id);
        if (id18 === undefined) throw new SetupError(`${id} is no id`);
        return id18;
      });
      database.locks.hold({ recordIds: ids, ...rest }, database.nowMs());
      return noContent();
    }),
  );
  app.get("/_simulator/locks", () => sendJson(200, database.locks.heldIds(database.nowMs())));
  app.delete("/_simulator/locks", () => {
    database.locks.releaseAll();
    return noContent();
  });
}

function addLimitRoutes(app: Hono, { allowance }: Org): void {
  const path = "/_simulator/limits";
  app.get(path, () => sendJson(200, { ...allowance.limits, usedRequests: allowance.used }));
  app.put(path, (context) =>
    answering(async () => {
      allowance.change(limitsChange.parse(await context.req.json()));
      return noContent();
    }),
  );
}

function addTroubleRoutes(app: Hono, org: Org): void {
  app.post("/_simulator/events/gaps", (context) =>
    answering(async () => {
      org.gaps.open(gapRequest.parse(await context.req.json()));
      return noContent();
    }),
  );
  app.post("/_simulator/late-commits", (context) =>
    answering(async () => {
      org.database.lateCommits.expect(lateness.parse(await context.req.json()));
      return noContent();
    }),
  );
}

/** What an admin sets up by hand, and no API of the platform takes in this form. */
export function addSetupRoutes(app: Hono, org: Org): void {
  const { validationRules, duplicateRules, flows, fieldSecurity } = org.database.setup;
  addDeclared(app, org, validationRules);
  addDeclared(app, org, duplicateRules);
  addDeclared(app, org, flows);
  addDeclared(app, org, fieldSecurity);
  addLockRoutes(app, org);
  addTroubleRoutes(app, org);
  addLimitRoutes(app, org);
}
