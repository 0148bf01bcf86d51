import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const MANIFEST = z.looseObject({
  artifacts: z.record(
    z.string(),
    z.looseObject({ type: z.string(), properties: z.record(z.string(), z.unknown()).optional() }),
  ),
});

const TEMPLATE = z.strictObject({
  Description: z.string().optional(),
  Resources: z.record(
    z.string(),
    z.strictObject({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
      Metadata: z.unknown().optional(),
      // When resources are made, kept and deleted is the business of a deployment.
      DependsOn: z.unknown().optional(),
      DeletionPolicy: z.unknown().optional(),
      UpdateReplacePolicy: z.unknown().optional(),
    }),
  ),
  Outputs: z
    .record(
      z.string(),
      z.looseObject({
        Value: z.unknown(),
        Export: z.strictObject({ Name: z.string() }).optional(),
      }),
    )
    .default({}),
  // The CDK adds the version of its bootstrap stack, and a rule that checks it.
  Parameters: z.strictObject({ BootstrapVersion: z.unknown() }).optional(),
  Rules: z.strictObject({ CheckBootstrapVersion: z.unknown() }).optional(),
});

const ASSETS = z.looseObject({
  files: z.record(z.string(), z.looseObject({ source: z.looseObject({ path: z.string() }) })),
});

export type Template = z.infer<typeof TEMPLATE>;

/** What `cdk synth` wrote, as far as the host asks for it. */
export interface Assembly {
  /** By stack name. */
  readonly templates: ReadonlyMap<string, Template>;
  /** By the object key a template gives, such as `<hash>.zip`: the folder with the code. */
  readonly assets: ReadonlyMap<string, string>;
}

/** Reads the assembly. A part of a template that the host would pass over is refused by name. */
export function readAssembly(dir: string): Assembly {
  const manifestFile = join(dir, "manifest.json");
  if (!existsSync(manifestFile)) throw new Error(`No synthesized app in ${dir}`);
  const { artifacts } = MANIFEST.parse(readJson(manifestFile));
  const templates = new Map<string, Template>();
  const assets = new Map<string, string>();
  for (const [name, { type, properties }] of Object.entries(artifacts)) {
    if (type === "aws:cloudformation:stack") {
      const file = join(dir, String(properties?.["templateFile"]));
      templates.set(name, readTemplate(name, file));
    }
    if (type === "cdk:asset-manifest") {
      const { files } = ASSETS.parse(readJson(join(dir, String(properties?.["file"]))));
      for (const [hash, { source }] of Object.entries(files))
        assets.set(`${hash}.zip`, join(dir, source.path));
    }
  }
  return { templates, assets };
}

function readTemplate(stack: string, file: string): Template {
  const read = TEMPLATE.safeParse(readJson(file));
  if (read.success) return read.data;
  throw new Error(`The host does not know this of stack ${stack}:\n${z.prettifyError(read.error)}`);
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}
