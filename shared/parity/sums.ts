/** Counts by name; what is not named is 0. */
export type Sums<Name extends string> = Readonly<Partial<Record<Name, number>>>;

export function addSums<Name extends string>(all: readonly Sums<Name>[]): Sums<Name> {
  const sums: Partial<Record<Name, number>> = {};
  for (const one of all)
    for (const name in one) sums[name] = Number(sums[name] ?? 0) + Number(one[name] ?? 0);
  return sums;
}

export function countOf<Name extends string>(names: readonly Name[]): Sums<Name> {
  const sums: Partial<Record<Name, number>> = {};
  for (const name of names) sums[name] = Number(sums[name] ?? 0) + 1;
  return sums;
}
