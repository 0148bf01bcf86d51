import { type DurableMapOptions, openDurableMap } from "./durable-map.ts";
import type { ObjectType } from "./object-type.ts";
import { type Pipeline, type PipelineStage, STANDARD_PIPELINES } from "./standard-stages.ts";

/** The pipelines of every object, with their stages. */
export interface Pipelines {
  list(type: ObjectType): Pipeline[];
  get(type: ObjectType, id: string): Pipeline | undefined;
  put(type: ObjectType, pipeline: Pipeline): void;
  archive(type: ObjectType, id: string): void;
  stage(type: ObjectType, pipelineId: string, stageId: string): PipelineStage | undefined;
}

interface OwnedPipeline {
  readonly plural: string;
  readonly pipeline: Pipeline;
}

type Opening = Omit<DurableMapOptions<never>, "table" | "onChange">;

export function openPipelines(opening: Opening): Pipelines {
  const byType = new Map<string, Map<string, Pipeline>>();
  const ofPlural = (plural: string) => {
    const known = byType.get(plural);
    if (known) return known;
    const standard = STANDARD_PIPELINES[plural] ?? [];
    const fresh = new Map(standard.map((pipeline) => [pipeline.id, pipeline]));
    byType.set(plural, fresh);
    return fresh;
  };
  const custom = openDurableMap<OwnedPipeline>({
    ...opening,
    table: "pipelines",
    onChange: ({ before, after }) => {
      const { plural, pipeline } = after ?? before ?? {};
      if (plural === undefined || pipeline === undefined) return;
      const standard = STANDARD_PIPELINES[plural]?.find(({ id }) => id === pipeline.id);
      const now = after ? pipeline : standard;
      if (now) ofPlural(plural).set(pipeline.id, now);
      else ofPlural(plural).delete(pipeline.id);
    },
  });
  const keyOf = (type: ObjectType, id: string) => `${type.plural}/${id}`;
  const get = (type: ObjectType, id: string) => ofPlural(type.plural).get(id);
  return {
    list: (type) => [...ofPlural(type.plural).values()],
    get,
    put: (type, pipeline) =>
      custom.set(keyOf(type, pipeline.id), { plural: type.plural, pipeline }),
    archive: (type, id) => custom.delete(keyOf(type, id)),
    stage: (type, pipelineId, stageId) =>
      get(type, pipelineId)?.stages.find(({ id }) => id === stageId),
  };
}
