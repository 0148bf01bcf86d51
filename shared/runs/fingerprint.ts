import { createHash } from "node:crypto";
import type { KindMapping, MappedField, Mapping } from "../core/mapping/mapping.ts";
import type { Kind } from "../core/reconcile/system.ts";

/** What tells whether a field is decided, read and written as before, and what of it changed. */
interface FieldPrint {
  readonly policy: string;
  readonly way: string;
  /** Of all of it. */
  readonly hash: string;
}

interface KindPrint {
  /** Of how its records are found, matched, linked and created. */
  readonly hash: string;
  readonly fields: Readonly<Record<string, FieldPrint>>;
}

/** A mapping, as far as a record may come out otherwise by another one. */
export type Fingerprint = Readonly<Record<Kind, KindPrint>>;

export function fingerprintOf({ kinds }: Mapping): Fingerprint {
  return Object.fromEntries(
    kinds.map((kind) => [
      kind.kind,
      {
        hash: hashOf(waysOf(kind)),
        fields: Object.fromEntries(kind.fields.map((field) => [field.name, printOf(kind, field)])),
      },
    ]),
  );
}

function waysOf({ objects, matchField, uniqueIn, whenSeveral, inclusion }: KindMapping) {
  return { objects, matchField, uniqueIn, whenSeveral, inclusion };
}

/** The machine of stages is a part of the field that it decides. */
function printOf({ stageField, lifecycle }: KindMapping, field: MappedField): FieldPrint {
  const { policy, policyByStage = {}, direction, name } = field;
  const byStage = Object.entries(policyByStage).map(([stage, one]) => `${one} at ${stage}`);
  return {
    policy: [policy, ...byStage].join(", "),
    way: direction.way === "both" ? "both ways" : `${direction.way}, ${direction.farEdit}`,
    hash: hashOf({ field, machine: name === stageField ? lifecycle : undefined }),
  };
}

/** Of its data: of a codec, what it was made with. In whatever order the properties were written down. */
function hashOf(value: object): string {
  const text = JSON.stringify(value, (_name, one: unknown) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}

/** A plan that a change of the mapping asks for. */
export interface Offer {
  readonly kind: Kind;
  /** Undefined: all of them. */
  readonly fields?: readonly string[];
  readonly because: string;
}

/** What was decided by one mapping and would be decided otherwise by the next, kind by kind, in words. */
export function offersBetween(before: Fingerprint, now: Fingerprint, since: string): Offer[] {
  const day = since.slice(0, 10);
  return Object.entries(now).flatMap(([kind, print]): Offer[] => {
    const known = before[kind];
    if (!known) return [{ kind, because: `${kind} is new since ${day}` }];
    const changed = Object.entries(print.fields).filter(
      ([name, { hash }]) => known.fields[name]?.hash !== hash,
    );
    const words = changed.map(([name, field]) =>
      wordsFor(`${name} of ${kind}`, known.fields[name], field),
    );
    const isMade = known.hash !== print.hash;
    const all = isMade ? [`how ${kind} is found, matched or created was changed`, ...words] : words;
    if (all.length === 0) return [];
    const fields = isMade ? {} : { fields: changed.map(([name]) => name) };
    return [{ kind, ...fields, because: `${all.join("; ")} since ${day}` }];
  });
}

function wordsFor(name: string, before: FieldPrint | undefined, now: FieldPrint): string {
  if (!before) return `field ${name} is new`;
  if (before.policy !== now.policy)
    return `the policy of ${name} was ${before.policy} and is ${now.policy}`;
  if (before.way !== now.way) return `${name} went ${before.way} and goes ${now.way}`;
  return `how ${name} is read or written was changed`;
}
