import * as z from "zod";
import type { Assembly } from "./assembly.ts";
import { ACCOUNT, arn, REGION, STREAM_SUFFIX } from "./place.ts";
import { type Lookup, resolver } from "./resolve.ts";
import { KNOWN_TYPES } from "./resource-schemas.ts";

/** A resource as the template names it, under the name it has on this machine. */
interface Named {
  readonly stack: string;
  readonly logicalId: string;
  readonly name: string;
}

interface Declared {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** Finds resources by type, with all references put in. */
export interface Resources {
  ofType<Schema extends z.ZodType>(
    type: string,
    schema: Schema,
  ): { readonly is: Named; readonly properties: z.infer<Schema> }[];
}

/** Addresses that are known only once the servers run. */
export interface Addresses {
  readonly queues: string;
}

const OWN_NAME = ["FunctionName", "QueueName", "TableName", "Name"];

/**
 * Opens the resources of `assembly`.
 *
 * @throws Error - naming every type and property in the templates that the host does not know.
 */
export function openResources(assembly: Assembly, addresses: Addresses): Resources {
  const lookup: Lookup = ({ stack, logicalId, attribute }) => {
    const template = assembly.templates.get(stack);
    const found = template?.Resources[logicalId];
    if (!found) throw new Error(`Stack ${stack} refers to ${logicalId}, which it does not have`);
    const name = nameOf({ stack, logicalId }, found);
    return attribute === undefined
      ? reference(found.Type, name, addresses)
      : attributeOf(found.Type, name, attribute);
  };
  const resolve = resolver(assembly.templates, lookup);
  refuseUnknown(assembly, resolve);
  return {
    ofType: (type, schema) =>
      [...assembly.templates].flatMap(([stack, { Resources }]) =>
        Object.entries(Resources)
          .filter(([, resource]) => resource.Type === type)
          .map(([logicalId, resource]) => ({
            is: { stack, logicalId, name: nameOf({ stack, logicalId }, resource) },
            properties: schema.parse(resolve(stack, resource.Properties)),
          })),
      ),
  };
}

function refuseUnknown(assembly: Assembly, resolve: (stack: string, value: unknown) => unknown) {
  const unknown: string[] = [];
  for (const [stack, { Resources }] of assembly.templates) {
    for (const [logicalId, { Type, Properties }] of Object.entries(Resources)) {
      const schema = KNOWN_TYPES[Type];
      const at = `${stack}/${logicalId} (${Type})`;
      if (!schema) {
        unknown.push(`${at}: the type is not known`);
        continue;
      }
      const read = schema.safeParse(resolve(stack, Properties));
      if (!read.success) unknown.push(`${at}: ${z.prettifyError(read.error)}`);
    }
  }
  if (unknown.length > 0)
    throw new Error(`The local host does not know how to run:\n${unknown.join("\n")}`);
}

/** Logical ids end in eight digits that make them unique; without those they read well in a log. */
function nameOf(
  { stack, logicalId }: { readonly stack: string; readonly logicalId: string },
  { Type: type, Properties: properties }: Declared,
): string {
  for (const key of OWN_NAME) {
    const own = properties[key];
    if (typeof own === "string") return own;
  }
  const name = `${stack}-${logicalId.replace(/[0-9A-F]{8}$/, "")}`;
  // S3 takes no capitals.
  return type === "AWS::S3::Bucket" ? name.toLowerCase() : name;
}

function reference(type: string, name: string, addresses: Addresses): string {
  if (type === "AWS::SQS::Queue") return `${addresses.queues}/${ACCOUNT}/${name}`;
  if (type === "AWS::SecretsManager::Secret") return secretArn(name);
  if (type === "AWS::SNS::Topic") return arn("sns", name);
  return name;
}

function attributeOf(type: string, name: string, attribute: string): string {
  if (attribute === "QueueName") return name;
  if (attribute === "ApiEndpoint") return `https://${name}.execute-api.${REGION}.amazonaws.com`;
  if (attribute === "StreamArn") return arn("dynamodb", `table/${name}${STREAM_SUFFIX}`);
  if (attribute !== "Arn" && attribute !== "TopicArn")
    throw new Error(`The local host does not know the attribute ${attribute} of ${type}`);
  if (type === "AWS::SecretsManager::Secret") return secretArn(name);
  if (type === "AWS::Lambda::Function") return arn("lambda", `function:${name}`);
  if (type === "AWS::DynamoDB::GlobalTable") return arn("dynamodb", `table/${name}`);
  const service = type.split("::")[1] ?? "unknown";
  return arn(service.toLowerCase(), name);
}

/** AWS adds six characters of its own to a secret's name. */
export function secretArn(name: string): string {
  return arn("secretsmanager", `secret:${name}-local0`);
}
