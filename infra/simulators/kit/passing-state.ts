import type { z } from "zod";

/** A part of the state that a restart may forget and a dump may not: counters, quotas, next ids. */
interface PassingPart<Schema extends z.ZodType> {
  readonly schema: Schema;
  read(): z.input<Schema>;
  write(value: z.output<Schema>): void;
}

/** Where each part of a simulator says what of it lives in memory alone. */
export interface PassingState {
  keep<Schema extends z.ZodType>(name: string, part: PassingPart<Schema>): void;
}

export interface PassingParts extends PassingState {
  read(): { name: string; value: unknown }[];
  /** Gives each part what is meant for it, and passes over the rest. */
  write(values: ReadonlyMap<string, unknown>): void;
}

export function openPassingState(): PassingParts {
  const parts = new Map<string, { read(): unknown; write(value: unknown): void }>();
  return {
    keep(name, part) {
      parts.set(name, {
        read: () => part.read(),
        write(value) {
          const parsed = part.schema.safeParse(value);
          if (!parsed.success) throw new Error(`'${name}' does not have the form it was kept in`);
          part.write(parsed.data);
        },
      });
    },
    read: () => [...parts].map(([name, part]) => ({ name, value: part.read() })),
    write(values) {
      for (const [name, part] of parts) if (values.has(name)) part.write(values.get(name));
    },
  };
}
