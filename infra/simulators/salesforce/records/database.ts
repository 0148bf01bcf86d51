import { z } from "zod";
import type { Clock, Timer } from "../../kit/clock.ts";
import type { DurableRows, RowChange } from "../../kit/durable-rows.ts";
import type { Random } from "../../kit/random.ts";
import type { Surroundings } from "../../kit/surroundings.ts";
import type { Field } from "../schema/field.ts";
import { type ObjectNames, Schema, type SObjectType } from "../schema/schema.ts";
import { LateCommits } from "../setup/late-commits.ts";
import { OrgSetup } from "../setup/org-setup.ts";
import { RowLocks } from "../setup/row-locks.ts";
import { writeDatetime } from "./datetime.ts";
import { type Row, readStoredRow, textOf, writeStoredRow } from "./exact-json.ts";
import { makeId } from "./record-id.ts";
import { readField } from "./stored-field.ts";
import { Table } from "./table.ts";

const objectNames = z.object({
  name: z.string(),
  label: z.string(),
  plural: z.string(),
  keyPrefix: z.string(),
});

const counters = z.tuple([z.number(), z.number(), z.number()]);

/** Who calls, and through what. It ends up in the audit fields and in the change events. */
export interface Session {
  readonly userId: string;
  readonly client: string | undefined;
  readonly api: "rest" | "soap";
  readonly version: string;
  /** Saves in spite of duplicate rules that only alert. */
  readonly allowsDuplicates?: boolean;
  /** Takes in what the answer to this call has to wait for: commits that come late. */
  readonly waits?: Promise<void>[];
}

/** What happened to one row in one transaction. `before` is undefined where it was created. */
export interface Change {
  readonly type: SObjectType;
  readonly before: Row | undefined;
  readonly after: Row;
  /** Who changed it: the caller, or the user of a flow that had a hand in it. */
  readonly userId: string;
}

/** Whether the row itself was written, and not only what it reflects of another one. */
export function isWritten({ before, after }: Change): boolean {
  return before?.["SystemModstamp"] !== after["SystemModstamp"];
}

/** A transaction that is about to be made to last. */
export interface Commit {
  readonly session: Session;
  /** When it is seen, which for a late commit is after its rows were stamped. */
  readonly committedMs: number;
  readonly transactionKey: string;
  /** Rises with every commit, and is beyond 2^53 as on the platform. */
  readonly commitNumber: string;
  readonly changes: readonly Change[];
}

/** Sees a commit before it is stored, and says which rows of its own to store with it. */
type CommitListener = (commit: Commit) => readonly RowChange[];

interface Undo {
  readonly type: SObjectType;
  readonly id: string;
  readonly before: Row | undefined;
  readonly userId: string | undefined;
}

/** One request's changes. They are seen at once, and last from the commit on. */
export class Transaction {
  readonly session: Session;
  readonly stampMs: number;
  /** The SystemModstamp of every row that this transaction writes. */
  readonly stamp: string;
  readonly #database: Database;
  #undo: Undo[] = [];

  constructor(database: Database, session: Session, stampMs: number) {
    this.#database = database;
    this.session = session;
    this.stampMs = stampMs;
    this.stamp = writeDatetime(stampMs);
  }

  newId(type: SObjectType): string {
    return this.#database.newId(type.keyPrefix);
  }

  /** @param userId - Whose change it is, where it is not the caller's. */
  put(type: SObjectType, row: Row, userId?: string): void {
    const id = textOf(row, "Id") ?? "";
    const table = this.#database.table(type.name);
    this.#undo.push({ type, id, before: table.get(id), userId });
    table.put(id, row);
  }

  /** A point to come back to. */
  mark(): number {
    return this.#undo.length;
  }

  rollbackTo(mark: number): void {
    for (const { type, id, before } of this.#undo.splice(mark).reverse()) {
      const table = this.#database.table(type.name);
      if (before) table.put(id, before);
      else table.remove(id);
    }
  }

  /** One change a row, from its first state to its last, in the order of first touch. */
  changes(): Change[] {
    const first = new Map<string, Undo>();
    const users = new Map<string, string>();
    for (const undo of this.#undo) {
      if (!first.has(undo.id)) first.set(undo.id, undo);
      if (undo.userId !== undefined) users.set(undo.id, undo.userId);
    }
    return [...first.values()].flatMap(({ type, id, before }) => {
      const after = this.#database.table(type.name).get(id);
      const userId = users.get(id) ?? this.session.userId;
      return after && after !== before ? [{ type, before, after, userId }] : [];
    });
  }
}

/** Every row of the org in memory, and a copy that survives the process. */
export class Database {
  readonly schema = new Schema();
  readonly setup: OrgSetup;
  readonly locks = new RowLocks();
  readonly lateCommits = new LateCommits();
  readonly #held = new Map<readonly Change[], Timer>();
  readonly #durable: DurableRows;
  readonly #clock: Clock;
  readonly random: Random;
  readonly #tables = new Map<string, Table>();
  readonly #listeners: CommitListener[] = [];
  readonly #afterCommit: (() => void)[] = [];
  readonly #kept = new Map<string, { id: string; json: string }[]>();
  #idCount = 0;
  #commitCount = 0;
  #lastStampMs = 0;

  constructor(durable: DurableRows, { clock, random }: Pick<Surroundings, "clock" | "random">) {
    this.#durable = durable;
    this.#clock = clock;
    this.random = random;
    for (const { table, id, json } of durable.all()) this.#load(table, id, json);
    this.setup = new OrgSetup(this);
  }

  #load(table: string, id: string, json: string): void {
    const [kind, name = ""] = table.split("/");
    if (kind === "sobject") this.table(name).put(id, readStoredRow(json));
    else if (kind === "type") this.schema.addType(objectNames.parse(JSON.parse(json)));
    else if (kind === "field") {
      const type = this.schema.find(name);
      if (type) this.schema.addField(type, readField(json));
    } else if (kind === "counters")
      [this.#idCount, this.#commitCount, this.#lastStampMs] = counters.parse(JSON.parse(json));
    else {
      const rows = this.#kept.get(table);
      if (rows) rows.push({ id, json });
      else this.#kept.set(table, [{ id, json }]);
    }
  }

  table(sobject: string): Table {
    let table = this.#tables.get(sobject);
    if (!table) {
      table = new Table();
      this.#tables.set(sobject, table);
    }
    return table;
  }

  nowMs(): number {
    return this.#clock.now();
  }

  newId(keyPrefix: string): string {
    this.#idCount += 1;
    return makeId(keyPrefix, this.#idCount);
  }

  /** What was kept in `table` before this run: settings, and what is yet to be sent. */
  keptBefore(table: string): readonly { id: string; json: string }[] {
    return this.#kept.get(table) ?? [];
  }

  store(changes: readonly RowChange[]): void {
    this.#durable.commit([...changes, this.#counters()]);
  }

  addType(names: ObjectNames): SObjectType {
    this.#durable.commit([{ table: "type", id: names.name, json: JSON.stringify(names) }]);
    return this.schema.addType(names);
  }

  addField(type: SObjectType, field: Field): void {
    this.schema.addField(type, field);
    this.store([{ table: `field/${type.name}`, id: field.name, json: JSON.stringify(field) }]);
  }

  removeField(type: SObjectType, name: string): void {
    this.schema.removeField(type, name);
    this.store([{ table: `field/${type.name}`, id: name, json: null }]);
  }

  onCommit(listener: CommitListener, afterwards: () => void): void {
    this.#listeners.push(listener);
    this.#afterCommit.push(afterwards);
  }

  /** Runs `work` as one transaction. If it throws, nothing of it has happened. */
  transact<Result>(session: Session, work: (transaction: Transaction) => Result): Result {
    const stampMs = Math.max(this.#clock.now(), this.#lastStampMs + 1);
    const transaction = new Transaction(this, session, stampMs);
    try {
      const result = work(transaction);
      this.#finish(transaction);
      return result;
    } catch (error) {
      transaction.rollbackTo(0);
      throw error;
    }
  }

  /** Runs `work` without anyone being told: no event, no message, no count. */
  load(session: Session, work: (transaction: Transaction) => void): void {
    const stampMs = Math.max(this.#clock.now(), this.#lastStampMs + 1);
    const transaction = new Transaction(this, session, stampMs);
    try {
      work(transaction);
    } catch (error) {
      transaction.rollbackTo(0);
      throw error;
    }
    this.#lastStampMs = stampMs;
    this.store(transaction.changes().map(toRowChange));
  }

  #finish(transaction: Transaction): void {
    const changes = transaction.changes();
    if (changes.length === 0) return;
    this.#lastStampMs = transaction.stampMs;
    const lateMs = this.lateCommits.take(changes.map(({ type }) => type.name));
    if (lateMs === 0) this.#commit(transaction.session, transaction.stampMs, changes);
    else this.#holdBack(transaction, changes, lateMs);
  }

  /** Takes the changes away again until their time has come. A simulator that stops loses them. */
  #holdBack(transaction: Transaction, changes: readonly Change[], lateMs: number): void {
    transaction.rollbackTo(0);
    const { session } = transaction;
    const commit = (done: () => void) => {
      this.#held.delete(changes);
      for (const { type, after } of changes)
        this.table(type.name).put(textOf(after, "Id") ?? "", after);
      this.#commit(session, this.nowMs(), changes);
      done();
    };
    const committed = new Promise<void>((resolve) => {
      this.#held.set(
        changes,
        this.#clock.setTimeout(() => commit(resolve), lateMs),
      );
    });
    session.waits?.push(committed);
  }

  /** The rows of `sobject` as transactions that have not committed yet will leave them. */
  heldRows(sobject: string): Row[] {
    return [...this.#held.keys()]
      .flat()
      .filter(({ type }) => type.name === sobject)
      .map(({ after }) => after);
  }

  /** Lets go of what has not committed yet. */
  stop(): void {
    for (const timer of this.#held.values()) timer.clear();
    this.#held.clear();
  }

  #commit(session: Session, committedMs: number, changes: readonly Change[]): void {
    this.#commitCount += 1;
    const commit: Commit = {
      session,
      committedMs,
      transactionKey: this.random.uuid(),
      commitNumber: `${committedMs}${String(this.#commitCount % 1e6).padStart(6, "0")}`,
      changes,
    };
    const more = this.#listeners.flatMap((listener) => listener(commit));
    this.store([...changes.map(toRowChange), ...more]);
    for (const act of this.#afterCommit) act();
  }

  #counters(): RowChange {
    const json = JSON.stringify([this.#idCount, this.#commitCount, this.#lastStampMs]);
    return { table: "counters", id: "all", json };
  }
}

function toRowChange({ type, after }: Change): RowChange {
  return {
    table: `sobject/${type.name}`,
    id: textOf(after, "Id") ?? "",
    json: writeStoredRow(after),
  };
}
