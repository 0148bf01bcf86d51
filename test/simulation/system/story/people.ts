import type { Hono } from "hono";
import type { System } from "../../../../shared/core/reconcile/system.ts";
import type { Ref } from "../../../../shared/sync/ports.ts";
import { accordName, type FieldName, fieldOf } from "./fields.ts";
import type { Action, Thing, Values } from "./story.ts";

/** What a person typed, and that the CRM took it. */
export interface Typed {
  readonly order: number;
  readonly atMs: number;
  readonly system: System;
  readonly ref: Ref;
  readonly thing: Thing;
  readonly field: FieldName;
  readonly value: string | null;
  /** What both sides agreed on just before, as Accord had it; undefined where it had nothing yet. */
  readonly agreedBefore: string | null | undefined;
}

interface PeopleOptions {
  readonly crms: Readonly<Record<System, Hono>>;
  readonly token: () => Promise<string>;
  readonly now: () => number;
  /** The record of the other CRM that Accord has tied to this one. */
  readonly partnerOf: (ref: Ref, system: System) => Ref | undefined;
  /** What Accord says both sides agree on, in a field of a record. */
  readonly agreedOn: (ref: Ref, field: string) => string | null | undefined;
  readonly onChange: (system: System) => void;
  readonly tell: (line: string) => void;
}

const DATA = "/services/data/v67.0";

/** People at work in both CRMs: each does what the story says, and remembers what was typed. */
export class People {
  readonly typed: Typed[] = [];
  /** CRM records that people made, by thing. */
  readonly made = new Map<Thing, Ref[]>();
  readonly deleted = new Set<string>();
  /** Records that a merge or a conversion made one: the later one holds what was typed of both. */
  readonly united: (readonly [Ref, Ref])[] = [];
  readonly counts = new Map<string, number>();
  readonly #options: PeopleOptions;

  constructor(options: PeopleOptions) {
    this.#options = options;
  }

  async act(action: Action): Promise<void> {
    const done = await this.#do(action);
    const name = `${action.kind}${"system" in action ? ` in ${action.system}` : ""}`;
    const key = done === "done" ? name : `(nothing to ${action.kind})`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  /** The record of a thing in a system, made there or tied to one that was. */
  find(thing: Thing, system: System): Ref | undefined {
    const made = (this.made.get(thing) ?? []).filter((ref) => !this.isDeleted(ref));
    const own = made.findLast((ref) => ref.system === system);
    if (own) return own;
    for (const ref of made) {
      const partner = this.#options.partnerOf(ref, system);
      if (partner && !this.isDeleted(partner)) return partner;
    }
    return undefined;
  }

  isDeleted({ system, id }: Ref): boolean {
    return this.deleted.has(`${system} ${id}`);
  }

  async #do(action: Action): Promise<"done" | "nothing"> {
    switch (action.kind) {
      case "create":
        return this.#create(action);
      case "edit":
        return this.#edit(action);
      case "delete":
        return this.#delete(action);
      case "restore":
        return this.#restore(action);
      case "convert":
        return this.#convert(action);
      case "merge":
        return this.#merge(action);
      case "relate":
        return this.#relate(action);
    }
  }

  async #create(action: Action & { kind: "create" }): Promise<"done" | "nothing"> {
    const { system, object, thing, values } = action;
    const company = action.company ? this.find(action.company, system) : undefined;
    const person = action.person ? this.find(action.person, system) : undefined;
    const properties = { ...propertiesOf(object, values), ...extras(object, { company, person }) };
    const answer =
      system === "hubspot"
        ? await this.#call(system, "POST", `/crm/v3/objects/${object}`, { properties })
        : await this.#call(system, "POST", `${DATA}/sobjects/${object}`, properties);
    if (!answer) return "nothing";
    const ref: Ref = { system, object, id: String((answer as { id: string }).id) };
    this.made.set(thing, [...(this.made.get(thing) ?? []), ref]);
    this.#options.tell(`a person creates ${thing} as ${system} ${object} ${ref.id}`);
    this.#remember(thing, ref, values);
    return "done";
  }

  async #edit({ system, thing, values }: Action & { kind: "edit" }): Promise<"done" | "nothing"> {
    const ref = this.find(thing, system);
    if (!ref) return "nothing";
    const { object, id } = ref;
    const properties = propertiesOf(object, values);
    if (Object.keys(properties).length === 0) return "nothing";
    const answer =
      system === "hubspot"
        ? await this.#call(system, "PATCH", `/crm/v3/objects/${object}/${id}`, { properties })
        : await this.#call(system, "PATCH", `${DATA}/sobjects/${object}/${id}`, properties);
    if (!answer) return "nothing";
    this.#options.tell(`a person edits ${thing} in ${system} (${object} ${id})`);
    this.#remember(thing, ref, values);
    return "done";
  }

  async #delete({ system, thing }: Action & { kind: "delete" }): Promise<"done" | "nothing"> {
    const ref = this.find(thing, system);
    if (!ref) return "nothing";
    const path =
      system === "hubspot"
        ? `/crm/v3/objects/${ref.object}/${ref.id}`
        : `${DATA}/sobjects/${ref.object}/${ref.id}`;
    if (!(await this.#call(system, "DELETE", path))) return "nothing";
    this.deleted.add(`${system} ${ref.id}`);
    this.#options.tell(`a person deletes ${thing} in ${system} (${ref.object} ${ref.id})`);
    return "done";
  }

  async #restore({ system, thing }: Action & { kind: "restore" }): Promise<"done" | "nothing"> {
    const ref = (this.made.get(thing) ?? []).find(
      (one) => one.system === system && this.isDeleted(one),
    );
    if (!ref) return "nothing";
    const { object, id } = ref;
    const isBack =
      system === "hubspot"
        ? await this.#call(system, "POST", `/_simulator/restore/${object}/${id}`)
        : await this.#soap(`<undelete><ids>${id}</ids></undelete>`);
    if (!isBack) return "nothing";
    this.deleted.delete(`${system} ${id}`);
    this.#options.tell(`a person restores ${thing} in ${system} (${object} ${id})`);
    return "done";
  }

  async #convert({ thing, company }: Action & { kind: "convert" }): Promise<"done" | "nothing"> {
    const lead = this.find(thing, "salesforce");
    if (lead?.object !== "Lead") return "nothing";
    const account = company ? this.find(company, "salesforce") : undefined;
    const wanted = [
      `<leadId>${lead.id}</leadId>`,
      "<convertedStatus>Closed - Converted</convertedStatus>",
      "<doNotCreateOpportunity>true</doNotCreateOpportunity>",
      ...(account ? [`<accountId>${account.id}</accountId>`] : []),
    ];
    const answer = await this.#soap(
      `<convertLead><leadConverts>${wanted.join("")}</leadConverts></convertLead>`,
    );
    const contactId = /<contactId>(\w+)<\/contactId>/.exec(answer ?? "")?.[1];
    if (contactId === undefined) return "nothing";
    this.deleted.add(`salesforce ${lead.id}`);
    const contact: Ref = { system: "salesforce", object: "Contact", id: contactId };
    this.made.set(thing, [...(this.made.get(thing) ?? []), contact]);
    this.united.push([lead, contact]);
    this.#options.tell(`a person converts ${thing} (Lead ${lead.id}) to Contact ${contactId}`);
    return "done";
  }

  async #merge(action: Action & { kind: "merge" }): Promise<"done" | "nothing"> {
    const { system, thing, other } = action;
    const [master, loser] = [this.find(thing, system), this.find(other, system)];
    if (!master || !loser || master.object !== loser.object || master.id === loser.id)
      return "nothing";
    const merged =
      system === "hubspot"
        ? await this.#call(system, "POST", `/crm/v3/objects/${master.object}/merge`, {
            primaryObjectId: master.id,
            objectIdToMerge: loser.id,
          })
        : await this.#soap(
            `<merge><mergeRequests><masterRecord><type>${master.object}</type><Id>${master.id}</Id></masterRecord><recordToMergeIds>${loser.id}</recordToMergeIds></mergeRequests></merge>`,
          );
    if (!merged) return "nothing";
    this.deleted.add(`${system} ${loser.id}`);
    this.united.push([master, loser]);
    const ids = typeof merged === "object" ? (merged as { id?: string }) : {};
    this.#options.tell(
      `a person merges ${other} (${loser.id}) into ${thing} (${master.id}) in ${system}`,
    );
    if (ids.id !== undefined && ids.id !== master.id) {
      this.deleted.add(`${system} ${master.id}`);
      const survivor: Ref = { system, object: master.object, id: ids.id };
      this.made.set(thing, [...(this.made.get(thing) ?? []), survivor]);
      this.united.push([master, survivor]);
    }
    return "done";
  }

  async #relate(action: Action & { kind: "relate" }): Promise<"done" | "nothing"> {
    const { system, thing, present } = action;
    const [deal, person] = [this.find(thing, system), this.find(action.person, system)];
    if (!deal || !person || person.object === "Lead") return "nothing";
    const pair = `${deal.id}/associations`;
    const done =
      system === "hubspot"
        ? present
          ? await this.#call(
              system,
              "PUT",
              `/crm/v4/objects/deals/${pair}/default/contacts/${person.id}`,
            )
          : await this.#call(
              system,
              "DELETE",
              `/crm/v4/objects/deals/${pair}/contacts/${person.id}`,
            )
        : present
          ? await this.#call(system, "POST", `${DATA}/sobjects/OpportunityContactRole`, {
              OpportunityId: deal.id,
              ContactId: person.id,
            })
          : undefined;
    if (!done) return "nothing";
    const words = present ? "puts" : "takes";
    this.#options.tell(
      `a person ${words} ${action.person} ${present ? "on" : "off"} ${thing} in ${system}`,
    );
    return "done";
  }

  /** What people do in Salesforce's own pages, and no REST call does. */
  async #soap(call: string): Promise<string | undefined> {
    const session = await this.#options.token();
    const body = `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Header><SessionHeader><sessionId>${session}</sessionId></SessionHeader></soapenv:Header><soapenv:Body>${call}</soapenv:Body></soapenv:Envelope>`;
    const answer = await this.#options.crms.salesforce.request(
      "https://salesforce.test/services/Soap/u/67.0",
      {
        method: "POST",
        headers: {
          "content-type": "text/xml",
          "x-simulator-user": "sam@accord.example",
          SOAPAction: '""',
        },
        body,
      },
    );
    const text = await answer.text();
    const isDone = answer.ok && text.includes("<success>true</success>");
    if (!isDone) {
      this.#options.tell(`   salesforce says ${text.slice(-300)}`);
      return undefined;
    }
    this.#options.onChange("salesforce");
    return text;
  }

  #remember(thing: Thing, ref: Ref, values: Values): void {
    for (const [name, value] of Object.entries(values)) {
      const field = name as FieldName;
      if (!(ref.object in fieldOf(field).properties)) continue;
      this.typed.push({
        order: this.typed.length,
        atMs: this.#options.now(),
        system: ref.system,
        ref,
        thing,
        field,
        value: value ?? null,
        agreedBefore: this.#options.agreedOn(ref, accordName(field)),
      });
      this.#options.tell(`   ${field} = ${value === null ? "(cleared)" : value}`);
    }
  }

  /** Undefined where the CRM says no: people take that as it is. */
  async #call(
    system: System,
    method: string,
    path: string,
    body?: object,
  ): Promise<object | undefined> {
    const headers: Record<string, string> =
      system === "hubspot"
        ? {
            authorization: "Bearer person",
            "content-type": "application/json",
            "x-simulator-source": "CRM_UI",
            "x-simulator-source-id": "userId:11",
          }
        : {
            authorization: `Bearer ${await this.#options.token()}`,
            "content-type": "application/json",
            "x-simulator-user": "sam@accord.example",
          };
    const answer = await this.#options.crms[system].request(`https://${system}.test${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) {
      this.#options.tell(`   ${system} says ${answer.status} ${text.slice(0, 200)}`);
      return undefined;
    }
    this.#options.onChange(system);
    return text === "" ? {} : JSON.parse(text);
  }
}

function propertiesOf(object: string, values: Values): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const properties: Readonly<Record<string, string>> = fieldOf(name as FieldName).properties;
      const property = properties[object];
      if (property === undefined) return [];
      const isHubspot = object === object.toLowerCase();
      return [[property, value === null && isHubspot ? "" : (value ?? null)]];
    }),
  );
}

/** What a CRM wants of a new record besides what people care about, and whom it belongs to. */
function extras(
  object: string,
  { company, person }: { company: Ref | undefined; person: Ref | undefined },
): Record<string, string> {
  const account: Record<string, string> = company ? { AccountId: company.id } : {};
  switch (object) {
    case "Opportunity":
      return {
        ...account,
        CurrencyIsoCode: "USD",
        ...(person?.object === "Contact" ? { ContactId: person.id } : {}),
      };
    case "Contact":
      return account;
    case "deals":
      return { pipeline: "default" };
    default:
      return {};
  }
}
