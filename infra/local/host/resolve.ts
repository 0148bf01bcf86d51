import * as z from "zod";
import type { Template } from "./assembly.ts";
import { ACCOUNT, REGION } from "./place.ts";

const PSEUDO: Readonly<Record<string, string>> = {
  "AWS::AccountId": ACCOUNT,
  "AWS::Partition": "aws",
  "AWS::Region": REGION,
  "AWS::URLSuffix": "amazonaws.com",
};

const ATTRIBUTE = z.tuple([z.string(), z.string()]);
const JOIN = z.tuple([z.string(), z.array(z.unknown())]);
const SPLIT = z.tuple([z.string(), z.unknown()]);
const SELECT = z.tuple([z.coerce.number(), z.unknown()]);
const SUB = z.union([z.string(), z.tuple([z.string(), z.record(z.string(), z.unknown())])]);
const FIELDS = z.record(z.string(), z.unknown());

/** What `Ref` and `Fn::GetAtt` of a resource give. `attribute` is undefined for `Ref`. */
export type Lookup = (at: {
  readonly stack: string;
  readonly logicalId: string;
  readonly attribute: string | undefined;
}) => string;

/** Puts values in the place of CloudFormation's functions. One that is not known is refused by name. */
export type Resolve = (stack: string, value: unknown) => unknown;

export function resolver(templates: ReadonlyMap<string, Template>, lookup: Lookup): Resolve {
  const imports = exportedValues(templates);

  function resolve(stack: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => resolve(stack, item));
    const fields = FIELDS.safeParse(value);
    if (!fields.success) return value;
    const [first, ...rest] = Object.entries(fields.data);
    if (first && rest.length === 0 && (first[0] === "Ref" || first[0].startsWith("Fn::")))
      return call(stack, first[0], first[1]);
    return Object.fromEntries(
      Object.entries(fields.data).map(([name, field]) => [name, resolve(stack, field)]),
    );
  }

  function text(stack: string, value: unknown): string {
    return z.coerce.string().parse(resolve(stack, value));
  }

  function named(stack: string, name: string): string {
    const pseudo = name === "AWS::StackName" ? stack : PSEUDO[name];
    if (pseudo !== undefined) return pseudo;
    const [logicalId = name, attribute] = name.split(".");
    return lookup({ stack, logicalId, attribute });
  }

  function call(stack: string, name: string, argument: unknown): unknown {
    switch (name) {
      case "Ref":
        return named(stack, z.string().parse(argument));
      case "Fn::GetAtt": {
        const [logicalId, attribute] = ATTRIBUTE.parse(argument);
        return lookup({ stack, logicalId, attribute });
      }
      case "Fn::Join": {
        const [between, parts] = JOIN.parse(argument);
        return parts.map((part) => text(stack, part)).join(between);
      }
      case "Fn::Split": {
        const [between, whole] = SPLIT.parse(argument);
        return text(stack, whole).split(between);
      }
      case "Fn::Select": {
        const [index, list] = SELECT.parse(argument);
        return z.array(z.unknown()).parse(resolve(stack, list))[index];
      }
      case "Fn::Sub":
        return substitute(stack, SUB.parse(argument));
      case "Fn::ImportValue": {
        const key = text(stack, argument);
        const found = imports.get(key);
        if (!found) throw new Error(`Stack ${stack} imports ${key}, which no stack exports`);
        return resolve(found.stack, found.value);
      }
      default:
        throw new Error(`The host does not know the function ${name}, used in stack ${stack}`);
    }
  }

  function substitute(stack: string, argument: z.infer<typeof SUB>): string {
    const [template, variables] = typeof argument === "string" ? [argument, {}] : argument;
    const given = new Map(Object.entries(variables));
    return template.replaceAll(/\$\{([^}!]+)\}/g, (_whole, name: string) =>
      given.has(name) ? text(stack, given.get(name)) : named(stack, name),
    );
  }

  return resolve;
}

function exportedValues(templates: ReadonlyMap<string, Template>) {
  const found = new Map<string, { stack: string; value: unknown }>();
  for (const [stack, { Outputs }] of templates)
    for (const { Export, Value } of Object.values(Outputs))
      if (Export) found.set(Export.Name, { stack, value: Value });
  return found;
}
