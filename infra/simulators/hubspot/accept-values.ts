import { refuseTakenEmail } from "./contact-emails.ts";
import { valueAfter } from "./derived-values.ts";
import { blockedProblem } from "./forget-contact.ts";
import { CONTACT, DEAL, LEAD, type ObjectType } from "./object-type.ts";
import type { Portal } from "./portal.ts";
import { acceptValue, type SentValue } from "./property-value.ts";
import { invalid, type ValueProblem } from "./refusal.ts";
import type { StoredRecord } from "./stored-record.ts";
import { brokenRule } from "./value-rules.ts";

export type SentProperties = Readonly<Record<string, SentValue>>;

/** Sent properties as they would be stored, and every reason not to. */
export interface Accepted {
  readonly values: Map<string, string | null>;
  readonly problems: readonly ValueProblem[];
}

/** Reads what was sent for one record; `before` is undefined where it is being created. */
export function acceptValues(
  portal: Portal,
  type: ObjectType,
  { before, sent }: { before: StoredRecord | undefined; sent: SentProperties },
): Accepted {
  const values = new Map<string, string | null>();
  const problems: ValueProblem[] = [];
  for (const [name, value] of Object.entries(sent)) {
    const definition = portal.definitions.get(type, name);
    const accepted = definition
      ? acceptValue(definition, value, before?.properties[name])
      : { name, error: "PROPERTY_DOESNT_EXIST", message: `Property "${name}" does not exist` };
    const broken =
      "error" in accepted
        ? accepted
        : brokenRule(portal.valueRules.get(`${type.plural}/${name}`) ?? [], {
            name,
            value: accepted.value,
          });
    if (broken) problems.push(broken);
    else if ("value" in accepted) values.set(name, accepted.value);
  }
  problems.push(...referenceProblems(portal, type, { before, values }));
  return { values, problems };
}

/** Owners and stages are not listed in a definition; they exist in the account, or they do not. */
function referenceProblems(
  portal: Portal,
  type: ObjectType,
  { before, values }: { before: StoredRecord | undefined; values: Map<string, string | null> },
): ValueProblem[] {
  const problems: ValueProblem[] = [];
  const email = values.get("email");
  const blocked = type === CONTACT && email ? blockedProblem(portal, email) : undefined;
  if (blocked) problems.push(blocked);
  const currency = type === DEAL ? values.get("deal_currency_code") : undefined;
  if (currency && portal.currencies.rateAt(currency, 0) === undefined) {
    const { company, additional } = portal.currencies;
    const message = `${currency} was not one of the allowed options: [${[company, ...additional()].join(", ")}]`;
    problems.push({ name: "deal_currency_code", error: "INVALID_OPTION", message });
  }
  const owner = values.get("hubspot_owner_id");
  if (owner && portal.owners.size > 0 && !portal.owners.has(owner))
    problems.push({
      name: "hubspot_owner_id",
      error: "INVALID_OWNER_ID",
      message: `${owner} is not a valid owner id.`,
    });
  const names = STAGE_PROPERTIES.get(type);
  if (!names || !(values.has(names.stage) || values.has(names.pipeline))) return problems;
  const after = { type, before, values };
  const pipeline = valueAfter(after, names.pipeline) ?? names.defaultPipeline;
  const stage = valueAfter(after, names.stage);
  if (!portal.pipelines.get(type, pipeline))
    problems.push({
      name: names.pipeline,
      error: "INVALID_PIPELINE",
      message: `${pipeline} is not a valid pipeline ID.`,
    });
  else if (stage !== undefined && !portal.pipelines.stage(type, pipeline, stage))
    problems.push({
      name: names.stage,
      error: "INVALID_STAGE",
      message: `${stage} is not a valid stage ID in pipeline ${pipeline}.`,
    });
  return problems;
}

const STAGE_PROPERTIES = new Map<
  ObjectType,
  { readonly pipeline: string; readonly stage: string; readonly defaultPipeline: string }
>([
  [DEAL, { pipeline: "pipeline", stage: "dealstage", defaultPipeline: "default" }],
  [
    LEAD,
    { pipeline: "hs_pipeline", stage: "hs_pipeline_stage", defaultPipeline: "lead-pipeline-id" },
  ],
]);

/** What a record must have to come into being. */
export function requireOnCreate(
  portal: Portal,
  type: ObjectType,
  {
    values,
    associationTypeIds,
  }: {
    readonly values: ReadonlyMap<string, string | null>;
    readonly associationTypeIds: readonly number[];
  },
): void {
  const hasOneOf = (...names: readonly string[]) => names.some((name) => values.get(name));
  if (type === CONTACT && !hasOneOf("email", "firstname", "lastname"))
    throw invalid("One of [email, firstname, lastname] is required to create a contact");
  const missing = (portal.objectTypes.schemaOf(type)?.requiredProperties ?? []).filter(
    (name) => !values.get(name),
  );
  if (missing.length > 0)
    throw invalid(`Error creating ${type.typeId}. Some required properties were not set.`, {
      context: { properties: missing },
    });
  if (type !== LEAD) return;
  if (!hasOneOf("hs_lead_name"))
    throw invalid("Error creating LEAD. Some required properties were not set.", {
      context: { properties: ["hs_lead_name"] },
    });
  if (!associationTypeIds.includes(578))
    throw invalid("Error creating LEAD. A primary contact association (578) is required.");
}

/**
 * Refuses a value that another record holds. The status and text for a custom unique property (400)
 * are from community reports, so unverified; those for e-mail are recorded.
 */
export function refuseDuplicates(
  portal: Portal,
  type: ObjectType,
  { id, values }: { id: string | undefined; values: ReadonlyMap<string, string | null> },
): void {
  for (const name of portal.definitions.uniqueNames(type)) {
    const value = values.get(name);
    if (!value) continue;
    if (name === "email") {
      refuseTakenEmail(portal, value, id);
      continue;
    }
    const holder = portal.store(type).findByUnique(name, value);
    if (!holder || holder.id === id) continue;
    throw invalid(
      `Cannot set PropertyValueCoordinates{propertyName=${name}, value=${value}} on ${id ?? "a new record"}. ${holder.id} already has that value.`,
    );
  }
}
