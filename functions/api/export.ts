import * as z from "zod";
import { mapping } from "../../shared/config/mapping.ts";
import { recordsFrom } from "../../shared/dynamodb/record-pages.ts";
import { json, refusal } from "../../shared/runtime/http-handler.ts";
import { next, record } from "./answers.ts";
import { UNKNOWN_KIND } from "./kinds.ts";
import { question } from "./route.ts";

export const exportRoutes = [
  question({
    path: "/api/export/{kind}",
    role: "viewer",
    summary: "Every record of a kind, whole, a hundred at a time; go on until there is no next.",
    query: z.strictObject({
      after: z
        .string()
        .regex(/^[a-z]+:[0-9a-f]:/, "expected what the answer before gave as next")
        .exactOptional(),
    }),
    answers: {
      200: z.object({
        kind: z.string(),
        /** The names of the kind's fields, in the order of the mapping. */
        fields: z.array(z.string()),
        records: z.array(record),
        next,
      }),
    },
    async work({ at }, { params, query }) {
      const found = mapping.kinds.find(({ kind }) => kind === params["kind"]);
      if (!found) return refusal(404, UNKNOWN_KIND);
      const page = await recordsFrom(at.db, at.records, { kind: found.kind, after: query.after });
      const fields = found.fields.map(({ name }) => name);
      return json(200, { kind: found.kind, fields, ...page });
    },
  }),
] as const;
