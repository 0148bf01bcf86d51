import { isRefusal } from "../core/codec/codec.ts";
import type { MappedField } from "../core/mapping/mapping.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import { isRewording } from "../core/reconcile/rewording.ts";
import { withSent } from "../core/reconcile/sent.ts";
import { type FieldPlan, type FieldWrite, writesOf } from "./plan-field.ts";
import { sameValue } from "./read-fields.ts";
import type { FieldState } from "./record.ts";
import type { Written } from "./written.ts";

/** Adds to a field's state what was written of it, and the form in which that is kept (R7). */
export function remember(
  state: FieldState,
  plan: FieldPlan,
  written: readonly Written[],
  now: string,
): FieldState {
  let next = state;
  for (const write of writesOf(plan))
    next = rememberOne(next, { field: plan.field, write }, written, now);
  return next;
}

function rememberOne(
  state: FieldState,
  { field, write }: { readonly field: MappedField; readonly write: FieldWrite },
  written: readonly Written[],
  now: string,
): FieldState {
  const { system, value, properties, basis } = write;
  const done = written.find((one) => one.system === system)?.result;
  const isRefused = done?.refused.some(({ property }) => property in properties) ?? true;
  if (!done || done.failed || isRefused) return state;
  const { forms = {}, ...rest } = state;
  const { [system]: _outdated, ...others } = forms;
  const stored = storedValue({ field, write }, done.stored);
  const isForm = stored !== undefined && !sameValue(field, stored, value);
  const kept = isForm && isRewording(value, stored) ? { ...others, [system]: stored } : others;
  const sent =
    basis && withSent(state.sent ?? [], { system, value, ...basis, atMs: Date.parse(now) });
  return {
    ...rest,
    ...(Object.keys(kept).length > 0 ? { forms: kept } : {}),
    ...(sent && sent.length > 0 ? { sent } : {}),
  };
}

/** What the system's answer shows of the field; undefined where it does not show all of it. */
function storedValue(
  { field, write }: { readonly field: MappedField; readonly write: FieldWrite },
  stored: Written["result"]["stored"],
): FieldValue | undefined {
  const names = Object.keys(write.properties);
  const place = Object.values(field.places).find(({ properties }) =>
    names.every((name) => properties.includes(name)),
  );
  if (!stored || !place?.properties.every((name) => name in stored)) return undefined;
  const value = place.codec.read(place.properties.map((name) => stored[name] ?? null));
  return isRefusal(value) ? undefined : value;
}
