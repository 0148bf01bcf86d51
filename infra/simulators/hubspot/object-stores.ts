import type { PassingState } from "../kit/passing-state.ts";
import type { Definitions } from "./definitions.ts";
import type { DurableMapOptions, StoredRows } from "./durable-map.ts";
import { type ObjectStore, openObjectStore } from "./object-store.ts";
import type { ObjectType } from "./object-type.ts";
import type { ObjectTypes } from "./object-types.ts";
import { type SearchIndexOptions, waitingState } from "./search-index.ts";

/** The records of every object of an account. */
export interface ObjectStores {
  of(type: ObjectType): ObjectStore;
  all(): Iterable<ObjectStore>;
}

interface Opening extends Pick<DurableMapOptions<never>, "journal" | "stored"> {
  readonly objectTypes: ObjectTypes;
  readonly definitions: Definitions;
  readonly searching: SearchIndexOptions;
  readonly passing: PassingState;
}

/** Opens a store for each object there is, and one for each that is defined later. */
export function openStores(opening: Opening): ObjectStores {
  const { journal, objectTypes, definitions, searching, passing } = opening;
  const stores = new Map<string, ObjectStore>();
  const open = (type: ObjectType, stored: StoredRows) => {
    const uniqueNames = () => definitions.uniqueNames(type);
    const store = openObjectStore({ journal, stored, type, uniqueNames, searching });
    const { waiting: read, restore: write } = store.searchIndex;
    passing.keep(`search-index/${type.plural}`, { schema: waitingState, read, write });
    stores.set(type.plural, store);
    return store;
  };
  for (const type of objectTypes.all()) open(type, opening.stored);
  return {
    of: (type) => stores.get(type.plural) ?? open(type, new Map()),
    all: () => stores.values(),
  };
}
