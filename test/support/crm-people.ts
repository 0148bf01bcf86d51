import { Connection } from "jsforce/lib/connection.js";
import "./whole-jsforce.ts";

type Values = Readonly<Record<string, string | number | null>>;

export type Call = <Answer>(method: string, path: string, body?: unknown) => Promise<Answer>;

/** Calls HubSpot as a person at work in its pages: no limit holds such calls up. */
export function callerOf(url: string): Call {
  return async (method, path, body) => {
    const headers = {
      authorization: "Bearer person",
      "content-type": "application/json",
      "x-simulator-source": "CRM_UI",
      "x-simulator-source-id": "userId:7",
    };
    const answer = await fetch(url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
}

async function tokenOf(url: string): Promise<string> {
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: "person",
    client_secret: "secret",
  });
  const answer = await fetch(`${url}/services/oauth2/token`, { method: "POST", body });
  const { access_token } = (await answer.json()) as { access_token: string };
  return access_token;
}

/** What people do in HubSpot. */
export function hubspotUser(call: Call) {
  const pathTo = (dealId: string, object: string, id: string) =>
    `/crm/v4/objects/deals/${dealId}/associations/${object}/${id}`;
  return {
    async create(object: string, properties: Values) {
      const { id } = await call<{ id: string }>("POST", `/crm/v3/objects/${object}`, {
        properties,
      });
      return { system: "hubspot", object, id } as const;
    },
    edit: (ref: { object: string; id: string }, properties: Values) =>
      call("PATCH", `/crm/v3/objects/${ref.object}/${ref.id}`, { properties }),
    delete: (ref: { object: string; id: string }) =>
      call("DELETE", `/crm/v3/objects/${ref.object}/${ref.id}`),
    /** Merges `other` into `ref`; what comes of it has an id of its own. */
    merge: (ref: { object: string; id: string }, other: { id: string }) =>
      call<{ id: string }>("POST", `/crm/v3/objects/${ref.object}/merge`, {
        primaryObjectId: ref.id,
        objectIdToMerge: other.id,
      }),
    /** Gives a contact a further address. */
    addEmail: ({ id }: { id: string }, email: string) =>
      call("PUT", `/contacts/v1/secondary-email/${id}/email/${email}`),
    /** Takes a record out of the recycle bin, as a person does in HubSpot's pages. */
    restore: (ref: { object: string; id: string }) =>
      call("POST", `/_simulator/restore/${ref.object}/${ref.id}`),
    /** Deletes a contact for good, as the law asks. */
    forget: (ref: { id: string }) =>
      call("POST", "/crm/v3/objects/contacts/gdpr-delete", { objectId: ref.id }),
    putOnDeal: (dealId: string, object: string, id: string) =>
      call("PUT", pathTo(dealId, `default/${object}`, id)),
    makePrimaryCompany: (dealId: string, id: string) =>
      call("PUT", pathTo(dealId, "companies", id), [
        { associationCategory: "HUBSPOT_DEFINED", associationTypeId: 5 },
      ]),
    takeOffDeal: (dealId: string, object: string, id: string) =>
      call("DELETE", pathTo(dealId, object, id)),
  };
}

/** What people do in Salesforce. */
export function salesforceUser(connection: Connection) {
  const checked = (answer: unknown) => {
    const { success, errors } = answer as { success: boolean; errors: unknown };
    if (!success) throw new Error(JSON.stringify(errors));
  };
  return {
    async create(object: string, fields: Values) {
      const answer = await connection.sobject(object).create(fields);
      checked(answer);
      return { system: "salesforce", object, id: answer.id ?? "" } as const;
    },
    async edit({ object, id }: { object: string; id: string }, fields: Values) {
      checked(await connection.sobject(object).update({ Id: id, ...fields }));
    },
    /** As another user than Accord's, as whom everybody else works here. */
    editAs: (user: string, { object, id }: { object: string; id: string }, fields: Values) =>
      connection.request({
        method: "PATCH",
        url: `/sobjects/${object}/${id}`,
        body: JSON.stringify(fields),
        headers: { "content-type": "application/json", "x-simulator-user": user },
      }),
    async delete({ object, id }: { object: string; id: string }) {
      checked(await connection.sobject(object).destroy(id));
    },
    /** Merges `others` into `ref`, which lives on. */
    async merge({ object, id }: { object: string; id: string }, ...others: { id: string }[]) {
      const answer = await connection.soap.merge({
        masterRecord: { type: object, Id: id },
        recordToMergeIds: others.map((other) => other.id),
      });
      checked(answer);
    },
    async undelete({ id }: { id: string }) {
      checked([await connection.soap.undelete([id])].flat()[0]);
    },
    async convert(
      leadId: string,
      into: {
        contactId?: string;
        accountId?: string;
        doNotCreateOpportunity?: boolean;
        opportunityName?: string;
      } = {},
    ) {
      const result = await connection.soap.convertLead({
        leadId,
        convertedStatus: "Closed - Converted",
        doNotCreateOpportunity: true,
        overwriteLeadSource: false,
        sendNotificationEmail: false,
        ...into,
      });
      const converted = result as unknown as { success: boolean; contactId: string };
      if (!converted.success) throw new Error(JSON.stringify(result));
      return { system: "salesforce", object: "Contact", id: converted.contactId } as const;
    },
  };
}

/** Signs a person in. */
export async function connectionOf(url: string): Promise<Connection> {
  return new Connection({
    instanceUrl: url,
    accessToken: await tokenOf(url),
    version: "67.0",
    // Sessions end, and some stories take months.
    refreshFn: (_connection, callback) =>
      void tokenOf(url).then((token) => callback(null, token), callback),
  });
}
