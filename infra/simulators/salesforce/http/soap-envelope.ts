import { XMLParser } from "fast-xml-parser";
import { isObject } from "../records/exact-json.ts";
import type { Refusal } from "../records/refusal.ts";
import { escapeXml } from "../xml/escape-xml.ts";

/** What may stand several times in a request, and is a list also where it stands once. */
const LISTS: ReadonlySet<string> = new Set([
  "leadConverts",
  "mergeRequests",
  "recordToMergeIds",
  "fieldsToNull",
  "ids",
]);

const parser = new XMLParser({
  removeNSPrefix: true,
  parseTagValue: false,
  ignoreAttributes: true,
  isArray: (name) => LISTS.has(name),
});

/** One SOAP call, taken apart. */
export interface SoapCall {
  readonly token: string | undefined;
  readonly client: string | undefined;
  readonly allowsDuplicates: boolean;
  /** What is asked for, such as `merge`, and its arguments. */
  readonly operation: string;
  readonly request: unknown;
}

export function child(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

export function textIn(value: unknown, name: string): string | undefined {
  const text = child(value, name);
  return typeof text === "string" && text !== "" ? text : undefined;
}

export function listIn(value: unknown, name: string): readonly unknown[] {
  const list = child(value, name);
  return Array.isArray(list) ? list : [];
}

export function readSoapCall(xml: string): SoapCall {
  const whole = child(parser.parse(xml), "Envelope");
  const header = child(whole, "Header");
  const body = child(whole, "Body");
  const [operation = ""] = isObject(body) ? Object.keys(body) : [];
  return {
    token: textIn(child(header, "SessionHeader"), "sessionId"),
    client: textIn(child(header, "CallOptions"), "client"),
    allowsDuplicates: textIn(child(header, "DuplicateRuleHeader"), "allowSave") === "true",
    operation,
    request: child(body, operation),
  };
}

function sendXml(status: number, body: string): Response {
  const envelope = `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
  return new Response(envelope, {
    status,
    headers: { "content-type": "text/xml;charset=UTF-8" },
  });
}

export function sendResults(operation: string, results: readonly string[]): Response {
  return sendXml(200, `<${operation}Response>${results.join("")}</${operation}Response>`);
}

export function sendFault(code: string, message: string): Response {
  const text = `${code}: ${escapeXml(message)}`;
  return sendXml(
    500,
    `<soapenv:Fault><faultcode>sf:${code}</faultcode><faultstring>${text}</faultstring></soapenv:Fault>`,
  );
}

export function element(name: string, value: string | null): string {
  return value === null ? `<${name} xsi:nil="true"/>` : `<${name}>${escapeXml(value)}</${name}>`;
}

export function elements(name: string, values: readonly string[]): string {
  return values.map((value) => element(name, value)).join("");
}

export function errorElements({ reasons }: Refusal): string {
  return reasons
    .map(
      ({ errorCode, message, fields }) =>
        `<errors>${elements("fields", fields ?? [])}${element("message", message)}${element("statusCode", errorCode)}</errors>`,
    )
    .join("");
}
