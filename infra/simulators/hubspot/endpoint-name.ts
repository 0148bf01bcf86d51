/** Segments that are part of the API, wherever they stand after its base. */
const WORDS: ReadonlySet<string> = new Set([
  "search",
  "merge",
  "gdpr-delete",
  "batch",
  "read",
  "create",
  "update",
  "upsert",
  "archive",
  "associations",
  "default",
  "associate",
  "labels",
  "groups",
  "stages",
  "settings",
  "subscriptions",
  "email",
  "rule-type",
]);

/** A base, and the names of the variable segments that follow it, in order. */
const BASES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/crm\/(v[34]\/objects|objects\/[\d-]+)/, [":objectType", ":id", ":toObjectType", ":toId"]],
  [/^\/crm\/(v4\/associations|associations\/[\d-]+)/, [":objectType", ":toObjectType", ":typeId"]],
  [/^\/crm\/(v3\/properties|properties\/[\d-]+)/, [":objectType", ":name"]],
  [
    /^\/crm\/(v3\/property-validations|property-validations\/[\d-]+)/,
    [":objectTypeId", ":propertyName", ":ruleType"],
  ],
  [/^\/crm\/(v3\/pipelines|pipelines\/[\d-]+)/, [":objectType", ":pipelineId", ":stageId"]],
  [/^\/crm\/(v3\/owners|owners\/[\d-]+)/, [":ownerId"]],
  [/^\/settings\/(v3\/currencies|currencies\/[\d-]+)\/[^/]+/, [":id"]],
  [/^\/webhooks-journal\/[a-z-]+\/[\d-]+/, [":name", ":offset", ":count"]],
  [/^\/contacts\/v1\/secondary-email/, [":vid", ":email"]],
  [/^\/(webhooks\/v3|app-webhooks\/[\d-]+)/, [":appId", ":subscriptionId"]],
];

/** `POST /crm/v3/objects/:objectType/search`: one name for the calls that differ in ids alone. */
export function nameEndpoint(method: string, path: string): string {
  for (const [base, names] of BASES) {
    const start = base.exec(path)?.[0];
    if (start === undefined) continue;
    let named = 0;
    const segments = path
      .slice(start.length)
      .split("/")
      .filter(Boolean)
      .map((segment, at) => {
        // The first segment is never a word of the API: an object may well be called "search".
        if (at > 0 && WORDS.has(segment)) return segment;
        named += 1;
        return names[named - 1] ?? ":other";
      });
    return `${method} ${[start, ...segments].join("/")}`;
  }
  return `${method} ${path}`;
}
