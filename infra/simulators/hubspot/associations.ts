import {
  type AssociationType,
  isOnePerRecord,
  pairOf,
  plainTypeId,
  standardTypes,
} from "./association-types.ts";
import { type ChangeListener, type DurableMapOptions, openDurableMap } from "./durable-map.ts";
import type { ObjectType } from "./object-type.ts";
import { invalid } from "./refusal.ts";

/** One record as an end of an association. */
export interface End {
  readonly type: ObjectType;
  readonly id: string;
}

/** A pair of records in one direction, and every type that holds between them. */
interface StoredLink {
  readonly from: string;
  readonly toId: string;
  readonly typeIds: readonly number[];
}

/** A type that began or ceased to hold, as the webhooks tell it. */
export interface LinkChange {
  readonly from: End;
  readonly to: End;
  readonly type: AssociationType;
  readonly removed: boolean;
}

export interface Associations {
  types(from: ObjectType, to: ObjectType): AssociationType[];
  typeOf(from: ObjectType, to: ObjectType, typeId: number): AssociationType;
  defineType(type: AssociationType): void;
  removeType(type: AssociationType): void;
  /** Ids of an account's own types are counted per account; pairs of them go by two. */
  newTypeId(): number;
  /** The type that every association of the pair includes, where there is one. */
  plainType(from: ObjectType, to: ObjectType): number | undefined;
  /** The records that `from` is associated with, in order of id. */
  linked(from: End, to: ObjectType): { toId: string; types: AssociationType[] }[];
  /** Adds `typeIds`, and the plain type they include. */
  add(from: End, to: End, typeIds: readonly number[]): LinkChange[];
  /** Takes `typeIds` away; without the plain type nothing remains. */
  remove(from: End, to: End, typeIds: readonly number[]): LinkChange[];
  removeAll(from: End, to: End): LinkChange[];
}

const FIRST_TYPE_ID = 1001;

const idOf = ({ typeId, inverseId }: AssociationType) => Math.max(typeId, inverseId);

type Opening = Omit<DurableMapOptions<never>, "table" | "onChange">;

export function openAssociations(opening: Opening): Associations {
  const { types, typeOf, labels } = openTypes(opening);
  const plainType = (from: ObjectType, to: ObjectType) => {
    const standard = plainTypeId(pairOf(from, to));
    return standard ?? types(from, to).find(({ label }) => label === null)?.typeId;
  };
  const { linked, typeIdsOf, become } = openLinks(opening, typeOf);
  /** Another record that holds a type of which there is only one gives it up. */
  const giveUp = (from: End, to: End, typeIds: readonly number[]): LinkChange[] =>
    typeIds.filter(isOnePerRecord).flatMap((typeId) =>
      linked(from, to.type)
        .filter(({ toId, types: held }) => toId !== to.id && held.some((t) => t.typeId === typeId))
        .flatMap(({ toId, types: held }) => {
          const rest = held.map((type) => type.typeId).filter((id) => id !== typeId);
          return become(from, { type: to.type, id: toId }, rest);
        }),
    );
  return {
    types,
    typeOf,
    defineType: (type) => labels.set(String(type.typeId), type),
    newTypeId: () => Math.max(FIRST_TYPE_ID - 1, ...[...labels.values()].map(idOf)) + 1,
    plainType,
    removeType: (type) => labels.delete(String(type.typeId)),
    linked,
    add: (from, to, typeIds) => {
      const plain = plainType(from.type, to.type);
      const inverse = typeIds.map((id) => typeOf(from.type, to.type, id).inverseId);
      const all = [...typeIdsOf(from, to), ...typeIds, ...(plain === undefined ? [] : [plain])];
      const ordered = [...new Set(all)].sort((a, b) => a - b);
      const given = [...giveUp(from, to, typeIds), ...giveUp(to, from, inverse)];
      return [...given, ...become(from, to, ordered)];
    },
    remove: (from, to, typeIds) => {
      const plain = plainType(from.type, to.type);
      const rest = typeIdsOf(from, to).filter((id) => !typeIds.includes(id));
      return become(from, to, plain !== undefined && typeIds.includes(plain) ? [] : rest);
    },
    removeAll: (from, to) => become(from, to, []),
  };
}

function openTypes(opening: Opening) {
  const labels = openDurableMap<AssociationType>({ ...opening, table: "association-labels" });
  const types = (from: ObjectType, to: ObjectType) => {
    const pair = pairOf(from, to);
    return [...standardTypes(pair), ...[...labels.values()].filter((type) => type.pair === pair)];
  };
  const typeOf: TypeOf = (from, to, typeId) => {
    const found = types(from, to).find((type) => type.typeId === typeId);
    if (found) return found;
    throw invalid(
      `Association type ${typeId} is not valid from ${from.singular} to ${to.singular}`,
    );
  };
  return { labels, types, typeOf };
}

type TypeOf = Associations["typeOf"];

function openLinks(opening: Opening, typeOf: TypeOf) {
  const neighbours = new Map<string, Set<string>>();
  const onChange: ChangeListener<StoredLink> = ({ before, after }) => {
    if (before && !after) neighbours.get(before.from)?.delete(before.toId);
    if (!after) return;
    const known = neighbours.get(after.from);
    if (known) known.add(after.toId);
    else neighbours.set(after.from, new Set([after.toId]));
  };
  const links = openDurableMap<StoredLink>({ ...opening, table: "associations", onChange });
  const typeIdsOf = (from: End, to: End) => links.get(linkKey(from, to))?.typeIds ?? [];
  const write = (from: End, to: End, typeIds: readonly number[]) => {
    const key = linkKey(from, to);
    if (typeIds.length === 0) links.delete(key);
    else links.set(key, { from: fromKey(from, to.type), toId: to.id, typeIds });
  };
  /** Both directions, so that each record knows of the other. */
  const become = (from: End, to: End, typeIds: readonly number[]): LinkChange[] => {
    const before = typeIdsOf(from, to);
    const changed = (ids: readonly number[], other: readonly number[], removed: boolean) =>
      ids
        .filter((id) => !other.includes(id))
        .map((id) => ({ from, to, type: typeOf(from.type, to.type, id), removed }));
    const changes = [...changed(typeIds, before, false), ...changed(before, typeIds, true)];
    if (changes.length === 0) return [];
    const inverse = typeIds.map((id) => typeOf(from.type, to.type, id).inverseId);
    write(from, to, typeIds);
    write(to, from, inverse);
    return changes.flatMap((change) => [change, seenFromThere(change, typeOf)]);
  };
  const linked: Associations["linked"] = (from, to) =>
    [...(neighbours.get(fromKey(from, to)) ?? [])]
      .sort((a, b) => Number(a) - Number(b))
      .map((toId) => ({
        toId,
        types: typeIdsOf(from, { type: to, id: toId }).map((id) => typeOf(from.type, to, id)),
      }));
  return { linked, typeIdsOf, become };
}

function fromKey(from: End, to: ObjectType): string {
  return `${from.type.typeId}:${from.id}>${to.typeId}`;
}

function linkKey(from: End, to: End): string {
  return `${fromKey(from, to.type)}:${to.id}`;
}

function seenFromThere(change: LinkChange, typeOf: TypeOf): LinkChange {
  const { from, to, type } = change;
  return { ...change, from: to, to: from, type: typeOf(to.type, from.type, type.inverseId) };
}
