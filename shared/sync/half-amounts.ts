import type { WireShape } from "../core/mapping/wire-shape.ts";
import type { RefusedProperty } from "./ports.ts";

/**
 * An amount and its currency are one fact: the one without the other would be another sum of money. So
 * where one of them is refused, the other is not to be written either.
 *
 * @returns the properties of `written` that are refused for that, amounts that share a currency included.
 */
export function halfAmounts(
  { amounts = [] }: Pick<WireShape, "amounts">,
  { written, refused }: { written: readonly string[]; refused: readonly RefusedProperty[] },
): RefusedProperty[] {
  const halves: RefusedProperty[] = [];
  for (;;) {
    const gone = [...refused, ...halves];
    const more = amounts.flatMap((parts) => {
      const cause = gone.find(({ property }) => parts.includes(property));
      if (!cause) return [];
      return parts
        .filter((part) => written.includes(part) && !gone.some(({ property }) => property === part))
        .map((property) => ({
          property,
          code: cause.code,
          message: `not written, since ${cause.property} was refused`,
        }));
    });
    if (more.length === 0) return halves;
    halves.push(...more);
  }
}
