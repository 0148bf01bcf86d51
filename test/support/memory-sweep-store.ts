import {
  type Finding,
  nameOfFinding,
  nameOfOutsider,
  type Outsider,
} from "../../shared/parity/finding.ts";
import {
  type Doubtful,
  isWithin,
  type PartOf,
  type SweepStore,
} from "../../shared/parity/ports.ts";
import type { Block } from "../../shared/parity/row.ts";
import type { CountedSweep, Sweep } from "../../shared/parity/sweep.ts";
import { addTallies } from "../../shared/parity/tally.ts";
import { type KeptMap, type KeptMaps, memoryMaps } from "./kept-map.ts";

type Stretch = PartOf & Doubtful;

/** Sweeps and what they find, in memory, or wherever `open` keeps its maps. It hands out copies. */
export function memorySweepStore(
  keep: KeptMaps = memoryMaps,
): SweepStore & { findings(sweep: string): Finding[] } {
  const sweeps = new Map<string, Sweep>();
  const open = new Map<string, Set<string>>();
  const maps = new Map<string, KeptMap<unknown>>();
  const mapOf = <Value>(name: string): KeptMap<Value> => {
    const found = maps.get(name) ?? keep<Value>(name);
    maps.set(name, found);
    return found as KeptMap<Value>;
  };
  const nameOf = ({ sweep, kind, part }: PartOf) => `${sweep} ${kind} ${part}`;
  const blocks = (of: PartOf) => mapOf<Block>(`blocks ${nameOf(of)}`);
  const findings = (of: PartOf) => mapOf<Finding>(`findings ${nameOf(of)}`);
  const outsiders = (of: PartOf) => mapOf<Outsider>(`outsiders ${nameOf(of)}`);
  const tallies = (sweep: string) => mapOf<Stretch>(`tallies ${sweep}`);
  const page = <Item>(all: KeptMap<Item>, after: string | undefined, most: number) => {
    const names = [...all.keys()].filter((name) => after === undefined || name > after).sort();
    return {
      items: names.slice(0, most).flatMap((name) => all.get(name) ?? []),
      next: names.length > most ? names[most - 1] : undefined,
    };
  };
  return {
    findings: (sweep) =>
      [...maps.keys()].flatMap((name) =>
        name.startsWith(`findings ${sweep} `) ? [...mapOf<Finding>(name).values()] : [],
      ),
    async addSweep(sweep, pieces) {
      if (sweeps.has(sweep.id)) return false;
      sweeps.set(sweep.id, sweep);
      open.set(sweep.id, new Set(pieces));
      return true;
    },
    async loadSweep(id): Promise<CountedSweep | undefined> {
      const sweep = sweeps.get(id);
      const kept = [...tallies(id).values()];
      const byKind = Map.groupBy(kept, ({ kind }) => kind);
      const summed = [...byKind].map(([kind, all]) => [
        kind,
        addTallies(all.map(({ tally }) => tally)),
      ]);
      return sweep && structuredClone({ ...sweep, tallies: Object.fromEntries(summed) });
    },
    async changeSweep(id, change, from) {
      const sweep = sweeps.get(id);
      if (sweep?.state !== from) return false;
      sweeps.set(id, { ...sweep, ...change });
      return true;
    },
    async countRows(id, piece, rows) {
      const sweep = sweeps.get(id);
      if (sweep) sweeps.set(id, { ...sweep, rows: { ...sweep.rows, [piece]: rows } });
    },
    async countCalls(id, { hubspot, salesforce }) {
      const sweep = sweeps.get(id);
      if (!sweep) return;
      const { calls } = sweep;
      const sum = { hubspot: calls.hubspot + hubspot, salesforce: calls.salesforce + salesforce };
      sweeps.set(id, { ...sweep, calls: sum });
    },
    async close(id, piece) {
      const pieces = open.get(id) ?? new Set();
      pieces.delete(piece);
      return [...pieces];
    },
    async keepBlock(of, name, block) {
      blocks(of).set(name, block);
    },
    blocksOf: async (of) => [...blocks(of).values()],
    async keepResult(of, range, result) {
      const name = `${of.kind} ${of.part} ${range.after ?? ""}`;
      const { tally, doubts } = result;
      tallies(of.sweep).set(name, { ...of, range, tally, doubts });
      const isMeant = (key: string) => isWithin(range, key);
      replace(findings(of), isMeant, named(result.findings, nameOfFinding));
      replace(outsiders(of), isMeant, named(result.outsiders, nameOfOutsider));
    },
    doubtsOf: async (of) =>
      [...tallies(of.sweep).values()]
        .filter(
          ({ kind, part, doubts }) => kind === of.kind && part === of.part && doubts.length > 0,
        )
        .map(({ range, tally, doubts }) => ({ range, tally, doubts })),
    async settle(of, { range, doubts }, { tally, ...found }) {
      const keys = new Set(doubts.map(({ key }) => key));
      const isMeant = (key: string) => keys.has(key);
      replace(findings(of), isMeant, named(found.findings, nameOfFinding));
      replace(outsiders(of), isMeant, named(found.outsiders, nameOfOutsider));
      const name = `${of.kind} ${of.part} ${range.after ?? ""}`;
      tallies(of.sweep).set(name, { ...of, range, tally, doubts: [] });
    },
    findingsOf: async (of, after, most) => page(findings(of), after, most),
    outsidersOf: async (of, after, most) => page(outsiders(of), after, most),
    list: async (most) => [...sweeps.keys()].toReversed().slice(0, most),
  };
}

function named<Item>(items: readonly Item[], nameOf: (item: Item) => string): Map<string, Item> {
  return new Map(items.map((item) => [nameOf(item), item]));
}

/** Names begin with their key. */
function replace<Item>(
  kept: KeptMap<Item>,
  isMeant: (key: string) => boolean,
  next: ReadonlyMap<string, Item>,
): void {
  for (const name of [...kept.keys()]) {
    const [key = ""] = name.split("#");
    if (isMeant(key)) kept.delete(name);
  }
  for (const [name, item] of next) kept.set(name, item);
}
