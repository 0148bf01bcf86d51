import { SYSTEMS, type System } from "../core/reconcile/system.ts";
import type { Work } from "./decide-records.ts";
import type { World } from "./subject.ts";
import type { Related, Written } from "./written.ts";

/** What a work means to write, in words without values. */
export function intentsOf({ writes, relations }: Work): string[] {
  const fields = SYSTEMS.flatMap((system) => {
    const write = writes[system];
    if (!write) return [];
    const verb = write.id === undefined ? "create" : "update";
    return [`${system}: ${verb} ${write.object} ${Object.keys(write.properties).sort().join(" ")}`];
  });
  const related = (relations?.writes ?? []).map(
    ({ system, action, relation, otherId }) => `${system}: ${action} ${relation} ${otherId}`,
  );
  return [...fields, ...related];
}

/** Writes the fields of all works, both systems at once, in batches as large as the adapters make. */
export async function writeFields(
  { crms }: World,
  works: readonly Work[],
): Promise<Map<Work, Written[]>> {
  const written = new Map<Work, Written[]>(works.map((work) => [work, []]));
  const ended = await Promise.allSettled(
    SYSTEMS.map(async (system) => {
      const ours = works.flatMap((work) => {
        const write = work.writes[system];
        return write ? [{ work, write }] : [];
      });
      if (ours.length === 0) return;
      const results = await crms[system].write(ours.map(({ write }) => write));
      for (const [index, { work, write }] of ours.entries()) {
        const result = results[index];
        if (result) written.get(work)?.push({ system, write, result });
      }
    }),
  );
  for (const end of ended) if (end.status === "rejected") throw end.reason;
  return written;
}

/** Writes relations, once it is known which ids the opportunities have. */
export async function writeRelations(
  { crms }: World,
  works: readonly Work[],
  written: ReadonlyMap<Work, readonly Written[]>,
): Promise<Map<Work, Related[]>> {
  const related = new Map<Work, Related[]>(works.map((work) => [work, []]));
  for (const system of SYSTEMS) {
    const ours = works.flatMap((work) => {
      const opportunityId = idOn(work, system, written.get(work) ?? []);
      if (!opportunityId) return [];
      return (work.relations?.writes ?? [])
        .filter((intended) => intended.system === system)
        .map((intended) => ({ work, intended, write: { ...intended, opportunityId } }));
    });
    if (ours.length === 0) continue;
    const results = await crms[system].relate(ours.map(({ write }) => write));
    for (const [index, { work, intended }] of ours.entries()) {
      const result = results[index];
      if (result) related.get(work)?.push({ intended, result });
    }
  }
  return related;
}

function idOn({ subject }: Work, system: System, written: readonly Written[]): string | undefined {
  const created = written.find((one) => one.system === system)?.result.id;
  return created ?? subject.seen[system]?.ref.id;
}
