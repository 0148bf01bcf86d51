import type { Counters } from "./call-stats.ts";
import {
  type DeliveryFault,
  doesMatch,
  type FaultRule,
  type Incident,
  isOfDeliveries,
  type RequestFault,
} from "./fault-rule.ts";
import type { Random } from "./random.ts";

/** A rule with how often it was met and how often it fired. */
interface ArmedRule extends FaultRule {
  readonly id: string;
  readonly matched: number;
  readonly fired: number;
}

/** The faults that a simulator has been asked for. They belong to no state: a load leaves them. */
export interface Faults {
  readonly size: number;
  add(rule: FaultRule): ArmedRule;
  list(): readonly ArmedRule[];
  /** False where there is no such rule. */
  remove(id: string): boolean;
  clear(): void;
  /** How often each kind fired since the last reset, also by rules that are gone. */
  readonly fired: Counters;
  resetFired(): void;
  /** The fault that meets this request, if any. Rules are asked in the order of their making. */
  meetRequest(incident: Incident, isBatch: boolean): RequestFault | undefined;
  meetDelivery(incident: Incident, mayHold: boolean): DeliveryFault | undefined;
}

export function openFaults(random: Random, nameObject: (name: string) => string): Faults {
  let rules: ArmedRule[] = [];
  let lastId = 0;
  let fired: Counters = {};
  const update = (rule: ArmedRule, change: Partial<ArmedRule>) => {
    rules = rules.map((each) => (each.id === rule.id ? { ...each, ...change } : each));
  };
  /** Whether `rule`, which matches, fires this time. */
  const fires = (rule: ArmedRule): boolean => {
    const matched = rule.matched + 1;
    const isSpent = rule.times !== "always" && rule.fired >= rule.times;
    const isDue = matched > rule.after && !isSpent;
    const hits = isDue && (rule.probability === 1 || random.number() < rule.probability);
    update(rule, { matched, fired: rule.fired + (hits ? 1 : 0) });
    if (hits) fired[rule.fault.kind] = (fired[rule.fault.kind] ?? 0) + 1;
    return hits;
  };
  return {
    get fired() {
      return fired;
    },
    resetFired() {
      fired = {};
    },
    get size() {
      return rules.length;
    },
    add(rule) {
      lastId += 1;
      const armed = { ...rule, id: String(lastId), matched: 0, fired: 0 };
      rules = [...rules, armed];
      return armed;
    },
    list: () => rules,
    remove(id) {
      const before = rules.length;
      rules = rules.filter((rule) => rule.id !== id);
      return rules.length < before;
    },
    clear() {
      rules = [];
    },
    meetRequest(incident, isBatch) {
      for (const rule of rules) {
        const { fault, match } = rule;
        if (isOfDeliveries(fault) || (fault.kind === "partial" && !isBatch)) continue;
        if (doesMatch(match, incident, nameObject) && fires(rule)) return fault;
      }
      return undefined;
    },
    meetDelivery(incident, mayHold) {
      for (const rule of rules) {
        const { fault, match } = rule;
        if (!isOfDeliveries(fault) || (fault.kind === "reorder-deliveries" && !mayHold)) continue;
        if (doesMatch(match, incident, nameObject) && fires(rule)) return fault;
      }
      return undefined;
    },
  };
}
