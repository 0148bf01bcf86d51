import { XMLParser } from "fast-xml-parser";
import type { Context, Hono } from "hono";
import { Access } from "../records/access.ts";
import { isObject } from "../records/exact-json.ts";
import { Refusal } from "../records/refusal.ts";
import { escapeXml } from "../xml/escape-xml.ts";
import { convertLead, type LeadConvert, type LeadConverted } from "./convert-lead.ts";
import { type Org, sessionOf } from "./org.ts";

const parser = new XMLParser({
  removeNSPrefix: true,
  parseTagValue: false,
  ignoreAttributes: true,
  isArray: (name) => name === "leadConverts",
});

function child(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function textIn(value: unknown, name: string): string | undefined {
  const text = child(value, name);
  return typeof text === "string" && text !== "" ? text : undefined;
}

function envelope(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
}

function sendXml(status: number, body: string): Response {
  return new Response(envelope(body), {
    status,
    headers: { "content-type": "text/xml;charset=UTF-8" },
  });
}

function sendFault(code: string, message: string): Response {
  const text = `${code}: ${escapeXml(message)}`;
  return sendXml(
    500,
    `<soapenv:Fault><faultcode>sf:${code}</faultcode><faultstring>${text}</faultstring></soapenv:Fault>`,
  );
}

function readConvert(value: unknown): LeadConvert {
  return {
    leadId: textIn(value, "leadId") ?? "",
    convertedStatus: textIn(value, "convertedStatus") ?? "",
    accountId: textIn(value, "accountId"),
    contactId: textIn(value, "contactId"),
    opportunityId: textIn(value, "opportunityId"),
    doNotCreateOpportunity: textIn(value, "doNotCreateOpportunity") === "true",
    opportunityName: textIn(value, "opportunityName"),
    overwriteLeadSource: textIn(value, "overwriteLeadSource") === "true",
    ownerId: textIn(value, "ownerId"),
  };
}

function element(name: string, value: string | null): string {
  return value === null ? `<${name} xsi:nil="true"/>` : `<${name}>${escapeXml(value)}</${name}>`;
}

function writeConverted(converted: LeadConverted): string {
  const { accountId, contactId, leadId, opportunityId } = converted;
  return `<result>${element("accountId", accountId)}${element("contactId", contactId)}${element("leadId", leadId)}${element("opportunityId", opportunityId)}<success>true</success></result>`;
}

function writeRefused(asked: LeadConvert, refusal: Refusal): string {
  const error = `<errors>${element("message", refusal.message)}${element("statusCode", refusal.errorCode)}</errors>`;
  return `<result>${element("accountId", null)}${element("contactId", null)}${error}${element("leadId", asked.leadId)}${element("opportunityId", null)}<success>false</success></result>`;
}

/** Each conversion stands or falls by itself; all of them share one transaction. */
function convertAll(
  org: Org,
  context: Context,
  asked: readonly LeadConvert[],
  client?: string,
): string {
  const session = sessionOf(org, context, "soap");
  const named = { ...session, client: client ?? session.client };
  const access = new Access(org.database, session.userId);
  const results = org.database.transact(named, (transaction) =>
    asked.map((each) => {
      const mark = transaction.mark();
      try {
        return writeConverted(convertLead({ access, transaction }, each));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        transaction.rollbackTo(mark);
        return writeRefused(each, error);
      }
    }),
  );
  return `<convertLeadResponse>${results.join("")}</convertLeadResponse>`;
}

export function addSoapRoutes(app: Hono, org: Org): void {
  app.post("/services/Soap/u/:version", async (context) => {
    const parsed: unknown = parser.parse(await context.req.text());
    const whole = child(parsed, "Envelope");
    const header = child(whole, "Header");
    const token = textIn(child(header, "SessionHeader"), "sessionId");
    if (token === undefined || !org.tokens.isValid(token))
      return sendFault(
        "INVALID_SESSION_ID",
        "Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session key",
      );
    const request = child(child(whole, "Body"), "convertLead");
    const list = child(request, "leadConverts");
    if (!Array.isArray(list))
      return sendFault("INVALID_OPERATION", "This simulator answers convertLead alone");
    const client = textIn(child(header, "CallOptions"), "client");
    return sendXml(200, convertAll(org, context, list.map(readConvert), client));
  });
}
