import type { RawValue } from "../../shared/core/codec/codec.ts";
import type { System } from "../../shared/core/reconcile/system.ts";
import {
  type Crm,
  NO_RELATIONS,
  type Observation,
  type Ref,
  type Relations,
  refKey,
} from "../../shared/sync/ports.ts";
import { gone, seen, stillCrm } from "./sync-builders.ts";

interface Kept {
  properties: Record<string, RawValue>;
  relations: Relations;
  continuedAs: Ref | undefined;
  accordId: string | undefined;
  modifiedAtMs: number;
}

/** A CRM in memory that takes every write, for the rules that need no more than two sides. */
export function writableCrm(
  system: System,
  { idProperty, now }: { readonly idProperty: string; readonly now: () => number },
) {
  const records = new Map<string, Kept>();
  let made = 0;
  let writes = 0;
  const keep = (ref: Ref): Kept => {
    const fresh = {
      properties: {},
      relations: NO_RELATIONS,
      continuedAs: undefined,
      accordId: undefined,
      modifiedAtMs: now(),
    };
    const kept = records.get(refKey(ref)) ?? fresh;
    records.set(refKey(ref), kept);
    return kept;
  };
  const put = (ref: Ref, properties: Readonly<Record<string, RawValue>>) => {
    const kept = keep(ref);
    Object.assign(kept.properties, properties);
    kept.accordId = kept.properties[idProperty] ?? undefined;
    kept.modifiedAtMs = now();
  };
  const show = (ref: Ref): Observation => {
    const kept = records.get(refKey(ref));
    if (!kept) return gone(ref);
    const { properties, ...more } = structuredClone(kept);
    return seen(ref, properties, { ...more, gone: more.continuedAs !== undefined });
  };
  const crm: Crm = {
    ...stillCrm(system, []),
    observe: async (refs) => new Map(refs.map((ref) => [refKey(ref), show(ref)])),
    find: async () => [],
    lastEdits: async (refs, properties) =>
      new Map(
        refs.map((ref) => {
          const atMs = records.get(refKey(ref))?.modifiedAtMs ?? 0;
          return [refKey(ref), Object.fromEntries(properties.map((name) => [name, { atMs }]))];
        }),
      ),
    async write(asked) {
      writes += asked.length;
      return asked.map(({ recordId, object, id, properties }) => {
        made += 1;
        const ref = { system, object, id: id ?? `${object}${made}` };
        const given = id === undefined ? { ...properties, [idProperty]: recordId } : properties;
        put(ref, given);
        return { recordId, id: ref.id, created: !id, refused: [], failed: undefined };
      });
    },
  };
  return {
    crm,
    put,
    show,
    writes: () => writes,
    relate: (ref: Ref, relations: Relations) => {
      keep(ref).relations = relations;
    },
    /** The record lives on as another one. */
    goOn: (ref: Ref, as: Ref) => {
      keep(ref).continuedAs = as;
    },
  };
}
