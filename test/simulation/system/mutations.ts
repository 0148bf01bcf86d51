import type { Channels } from "./story/channels.ts";
import type { Patch } from "./virtual/hooks.ts";

/** One way to break the protocol, and what it would cost. */
export interface Mutation {
  readonly name: string;
  readonly patch: Patch;
  /** How Accord hears of changes where it can be noticed, if not in both ways. */
  readonly channels?: Channels;
}

/** Broken on purpose, one at a time: a simulation that notices none of them would prove nothing. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: "drop the lease",
    patch: {
      file: "shared/sync/carry-out.ts",
      from: "untilMs: world.now() + world.leaseMs(),",
      to: "untilMs: 0,",
    },
  },
  {
    name: "save without the version condition",
    patch: {
      file: "test/support/memory-record-store.ts",
      from: `!== next.version) return "stale";`,
      to: `!== next.version && next.version < 0) return "stale";`,
    },
  },
  {
    // Elsewhere a notice, or the next poll's overlap, makes up for it.
    name: "move the watermark before the hints are queued",
    channels: "fortnight",
    patch: {
      file: "shared/sync/poll-changes.ts",
      from: "const hints = await queueRows(",
      to: `const ahead = page.rows.at(-1);
    if (ahead) {
      const cursor = { modifiedAtMs: ahead.modifiedAtMs, id: ahead.id };
      const read = { expected: 0, queued: 0, cutShort: false, ...mark, cursor, caughtUp: true };
      const version = mark?.version ?? 0;
      await world.watermarks.save(name, read, version);
      mark = { ...read, version: version + 1 };
    }
    const hints = await queueRows(`,
    },
  },
  {
    name: "no overlap when polling",
    channels: "polls",
    patch: {
      file: "shared/sync/poll-changes.ts",
      from: "const OVERLAP_MS = { hubspot: 60_000, salesforce: 120_000 }",
      to: "const OVERLAP_MS = { hubspot: 0, salesforce: 0 }",
    },
  },
  {
    // A poll that overlaps the last one would tell of the edit once more.
    name: "know echoes by who wrote last instead of by value",
    channels: "notices",
    patch: {
      file: "shared/sync/evidence.ts",
      from: "  if (hint.because !== undefined || record.lease ||",
      to: `  if (hint.because === undefined && Date.now() - Date.parse(record.updatedAt) < 30_000) return true;
  if (hint.because !== undefined || record.lease ||`,
    },
  },
  {
    name: "take the hint's value as the state",
    patch: {
      file: "shared/sync/gather.ts",
      from: "const seen = observed.get(refKey(hint.ref));",
      to: `const found = observed.get(refKey(hint.ref));
    const seen = found && { ...found, properties: { ...found.properties, ...hint.evidence } };
    if (seen) (observed as Map<string, typeof seen>).set(refKey(hint.ref), seen);`,
    },
  },
  {
    name: "the baseline moves although the write was refused",
    patch: {
      file: "shared/sync/conclude.ts",
      from: "if (!isParked && !failed) return next;",
      to: "if (!isParked || failed) return next;",
    },
  },
  {
    name: "create without the external id",
    patch: {
      file: "shared/hubspot/send-batch.ts",
      from: "await answerOrRefusal(api.records.upsert(object, { inputs }));",
      to: `await answerOrRefusal(
    api.records.create(object, {
      inputs: inputs.map(({ properties: { [idProperty]: _, ...properties } }) => ({
        properties,
        associations: [],
      })) as never,
    }),
  );`,
    },
  },
  {
    name: "clearing is no value",
    patch: {
      file: "shared/sync/plan-field.ts",
      from: "return value === undefined ? [] : [[name, value]];",
      to: "return value === undefined || value === null ? [] : [[name, value]];",
    },
  },
  {
    name: "evidence dismisses a hint when one field is as known, whatever the others say",
    patch: {
      file: "shared/sync/evidence.ts",
      from: "return kind.fields.every((field) => {",
      to: "return kind.fields.some((field) => {",
    },
  },
  {
    // A poll would tell of them once more.
    name: "hints that come back later are dropped",
    channels: "notices",
    patch: {
      file: "shared/sync/work-off.ts",
      from: "for (const [first, ...others] of groups.values()) {",
      to: "for (const [first, ...others] of [...groups.values()].slice(1)) {",
    },
  },
  {
    name: "the loser of a conflict is not kept",
    patch: {
      file: "shared/sync/conclude.ts",
      from: "const conflicts = mergeConflicts(",
      to: "const conflicts = record.conflicts; mergeConflicts(",
    },
  },
];
