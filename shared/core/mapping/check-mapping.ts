import { isRefusal } from "../codec/codec.ts";
import { comparisonKey } from "../codec/field-type.ts";
import { checkLifecycle } from "../lifecycle/check-lifecycle.ts";
import type { FieldValue } from "../reconcile/field-value.ts";
import type { System } from "../reconcile/system.ts";
import type { FieldPlace, InclusionRule, KindMapping, MappedField, Mapping } from "./mapping.ts";

/**
 * Where a mapping contradicts itself, one line each, beginning with what is meant: `person.company:
 * Lead.Company is mapped twice`. Types cannot see these, and a mapping is changed by whoever knows
 * the business, so they are told in words, all at once.
 */
export function checkMapping({ kinds }: Mapping): string[] {
  return [
    ...repeated(kinds.map(({ kind }) => kind)).map((kind) => `${kind}: is mapped twice`),
    ...repeated([...objectsByKind(kinds).values()].flatMap((objects) => [...objects])).map(
      (object) => `${object}: is an object of two kinds; expected one of them to have it`,
    ),
    ...kinds.flatMap((kind) => [
      ...kind.fields.flatMap((field) => checkField(kind, field)),
      ...checkNames(kind),
      ...checkProperties(kind),
      ...checkFacts(kind),
      ...(kind.lifecycle ? checkLifecycle(kind.lifecycle.machine) : []),
      ...checkNamedFields(kind),
      ...kind.inclusion.flatMap((rule) => checkInclusion(kind, rule)),
    ]),
  ];
}

function checkField(kind: KindMapping, field: MappedField): string[] {
  const problems = [
    ...checkPlaces(kind, field),
    ...checkDirection(kind, field),
    ...checkRanking(field),
    ...checkWordings(field),
  ];
  problems.push(...checkPolicies(kind, field));
  return problems.map((problem) => `${kind.kind}.${field.name}: ${problem}`);
}

function checkPolicies({ kind, fields, stageField, lifecycle }: KindMapping, field: MappedField) {
  const named = Object.keys(field.policyByStage ?? {});
  if (!field.policyByStage) return [];
  if (!stageField) return [`has policies by stage; expected ${kind} to name its stageField`];
  if (field.name === stageField) return ["has policies by stage, but is the stage itself"];
  const { ranking = [], classes = {} } = fields.find(({ name }) => name === stageField) ?? {};
  const known = lifecycle?.machine.stages ?? [...ranking, ...Object.keys(classes)];
  if (known.length === 0) return [];
  return named
    .filter((stage) => !known.includes(stage))
    .map((stage) => `has a policy for stage '${stage}'; expected one of ${known.join(", ")}`);
}

function checkPlaces({ kind, objects }: KindMapping, { places }: MappedField): string[] {
  const known = objects.map(({ object }) => object);
  return Object.entries(places).flatMap(([object, { properties }]) => [
    ...(known.includes(object)
      ? []
      : [`${object} is not an object of ${kind}; expected one of ${known.join(", ")}`]),
    ...(properties.length > 0 ? [] : [`${object} has no property; expected at least one`]),
  ]);
}

/** A fact that travels one way needs a near side to come from, and a far side that can be written. */
function checkDirection(kind: KindMapping, { direction, places }: MappedField): string[] {
  if (direction.way === "both") return [];
  const far = direction.way === "to-hubspot" ? "hubspot" : "salesforce";
  const near = far === "hubspot" ? "salesforce" : "hubspot";
  const problems = placesOf(kind, near, places).length
    ? []
    : [`travels ${direction.way}, but has no place in ${near}; expected one to come from`];
  for (const [object, place] of placesOf(kind, far, places))
    if (place.readOnly)
      problems.push(`travels ${direction.way}, but ${object} is read-only; expected it writable`);
  return problems;
}

function placesOf(
  { objects }: KindMapping,
  system: System,
  places: MappedField["places"],
): (readonly [string, FieldPlace])[] {
  return Object.entries(places).filter(([name]) =>
    objects.some((mapped) => mapped.system === system && mapped.object === name),
  );
}

function checkRanking({ ranking = [] }: MappedField): string[] {
  return repeated(ranking).map((value) => `ranks '${value}' twice`);
}

/** The codec's law on the values that the mapping itself names: written and read, they mean the same. */
function checkWordings({ type, classes = {}, ranking = [], places }: MappedField): string[] {
  const values = [...Object.keys(classes).map((name) => name || null), ...ranking];
  return Object.entries(places)
    .filter(([, { readOnly }]) => !readOnly)
    .flatMap(([object, { codec }]) =>
      values.flatMap((value) => {
        const raw = codec.write(value);
        if (isRefusal(raw)) return [`${object} cannot hold ${quoted(value)}: it ${raw.reason}`];
        const back = codec.read(raw);
        const key = (known: FieldValue) => comparisonKey(type, known, classes);
        if (!isRefusal(back) && key(back) === key(value)) return [];
        const said = isRefusal(back) ? back.reason : quoted(back);
        return [`${object} reads ${quoted(value)} back as ${said}; expected one of its class`];
      }),
    );
}

function quoted(value: FieldValue): string {
  return value === null ? "a blank" : `'${value}'`;
}

function checkNames({ kind, fields, objects }: KindMapping): string[] {
  const fieldNames = repeated(fields.map(({ name }) => name));
  const objectNames = repeated(objects.map(({ object }) => object));
  return [
    ...fieldNames.map((name) => `${kind}.${name}: the name is used twice`),
    ...objectNames.map((object) => `${kind}: ${object} is listed twice`),
  ];
}

/**
 * Two fields that write one property would overwrite each other for ever, also where they spell it in
 * two ways: both CRMs take a name in any case. Reading it twice is fine.
 */
function checkProperties({ kind, fields, objects, lifecycle, stageField }: KindMapping): string[] {
  return objects.flatMap(({ object, idProperty, onCreate }) => {
    const writers = new Map<string, string>();
    for (const property of Object.keys(onCreate))
      writers.set(property.toLowerCase(), "is set when a record is created");
    writers.set(idProperty.toLowerCase(), "holds our record id");
    return fields.flatMap(({ name, places }) => {
      const place = places[object];
      // A lifecycle decides its stage and its status as one.
      const isDecidedAsOne = lifecycle !== undefined && name === stageField;
      if (!place || place.readOnly || isDecidedAsOne) return [];
      return place.properties.flatMap((property) => {
        const what = writers.get(property.toLowerCase());
        if (what !== undefined) return [`${kind}.${name}: ${object}.${property} ${what}`];
        writers.set(property.toLowerCase(), "is mapped twice");
        return [];
      });
    });
  });
}

/** The fields of a fact are decided together, by the rule of the first. */
function checkFacts({ kind, fields }: KindMapping): string[] {
  const firsts = new Map<string, MappedField>();
  return fields.flatMap((field) => {
    if (field.fact === undefined) return [];
    const first = firsts.get(field.fact) ?? field;
    firsts.set(field.fact, first);
    const theirs = ruleOf(first);
    return ruleOf(field).flatMap(([part, value], index) => {
      const expected = theirs[index]?.[1];
      if (value === expected) return [];
      const of = `expected ${expected}, as ${first.name} of the same fact '${field.fact}'`;
      return [`${kind}.${field.name}: ${part} is ${value}; ${of}`];
    });
  });
}

function ruleOf(field: MappedField): (readonly [string, string])[] {
  const { direction, policy, policyByStage = {}, tieBreaker, finer } = field;
  const way = direction.way === "both" ? "both" : `${direction.way}, ${direction.farEdit}`;
  return [
    ["direction", way],
    ["policy", policy],
    ["policyByStage", JSON.stringify(Object.entries(policyByStage).sort())],
    ["tieBreaker", tieBreaker],
    ["finer", finer],
  ];
}

function checkNamedFields(mapped: KindMapping) {
  const { kind, fields, matchField, stageField, lifecycle, wonField, closedField } = mapped;
  const statusField = lifecycle?.statusField;
  const named = { matchField, stageField, statusField, wonField, closedField };
  return Object.entries(named).flatMap(([use, name]) =>
    name === undefined || fields.some((field) => field.name === name)
      ? []
      : [`${kind}: ${use} is '${name}'; expected ${namesOf(fields)}`],
  );
}

/** @returns Nothing where the field does not exist at all: that is told by another line. */
function checkRank(
  where: string,
  fields: readonly MappedField[],
  name: string,
  value: string,
): string[] {
  const field = fields.find((each) => each.name === name);
  if (!field || field.ranking?.includes(value)) return [];
  const ranks = field.ranking?.join(", ") ?? `a ranking of ${name}`;
  return [`${where} names '${value}' of ${name}; expected ${ranks}`];
}

function checkInclusion({ kind, objects, fields }: KindMapping, rule: InclusionRule): string[] {
  const { from, create, atLeast, hasValue } = rule;
  const where = `${kind}: inclusion rule '${rule.name}'`;
  const unknown = [from, create].filter(
    ({ system, object }) =>
      !objects.some((mapped) => mapped.system === system && mapped.object === object),
  );
  const known = objects.map(({ system, object }) => `${system} ${object}`).join(", ");
  const missing = [atLeast?.field, hasValue].filter(
    (name) => name !== undefined && !fields.some((field) => field.name === name),
  );
  return [
    ...unknown.map(
      ({ system, object }) => `${where} names ${system} ${object}; expected one of ${known}`,
    ),
    ...(from.system === create.system
      ? [`${where} creates in ${create.system} what is there; expected the other system`]
      : []),
    ...missing.map((name) => `${where} names field '${name}'; expected ${namesOf(fields)}`),
    ...(atLeast ? checkRank(where, fields, atLeast.field, atLeast.value) : []),
  ];
}

function namesOf(fields: readonly MappedField[]): string {
  return `one of ${fields.map(({ name }) => name).join(", ")}`;
}

function repeated<Name extends string>(names: readonly Name[]): Name[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

/** What is listed twice by one kind is told by another line. */
function objectsByKind(kinds: readonly KindMapping[]): Map<string, Set<string>> {
  return new Map(
    kinds.map(({ kind, objects }) => [kind, new Set(objects.map(({ object }) => object))]),
  );
}
