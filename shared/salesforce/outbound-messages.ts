import { XMLParser } from "fast-xml-parser";
import * as z from "zod";
import type { Hint } from "../sync/ports.ts";
import { fullId } from "./record-id.ts";

/** The answer that Salesforce takes for "delivered"; with any other it sends again for 24 hours. */
export const ACK =
  '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>';

export interface OutboundMessage {
  readonly organizationId: string;
  readonly hints: readonly Hint[];
}

export interface RefusedMessage {
  readonly refused: "too-large" | "not-xml" | "not-an-outbound-message";
}

/** A message holds 100 notifications at most, of which 10 KB each is plenty. */
const MOST_CHARACTERS = 1_000_000;

/**
 * Entities are not replaced and document types are turned down unread, so that a small body cannot
 * grow; ids and object names hold neither.
 */
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  removeNSPrefix: true,
  parseTagValue: false,
  processEntities: false,
  isArray: (name) => name === "Notification",
});

const notification = z.object({
  sObject: z.object({
    "@type": z.string().regex(/^(?:\w+:)?\w+$/),
    Id: z.string().transform((id, context) => {
      const full = fullId(id);
      if (full !== undefined) return full;
      context.addIssue({ code: "custom", message: "is no id of Salesforce" });
      return z.NEVER;
    }),
  }),
});

const envelope = z.object({
  Envelope: z.object({
    Body: z.object({
      notifications: z.object({
        OrganizationId: z.string().min(15),
        Notification: z.array(notification).min(1).max(100),
      }),
    }),
  }),
});

/**
 * One hint for each notification. Its values are left unread: they are those of the time of sending,
 * null fields are missing from them, and messages come in any order. Source:
 * https://developer.salesforce.com, "Outbound Messaging" (read 2026-11-21).
 */
export function hintsOfOutboundMessage(xml: string): OutboundMessage | RefusedMessage {
  if (xml.length > MOST_CHARACTERS) return { refused: "too-large" };
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) return { refused: "not-an-outbound-message" };
  const parsed = parseXml(xml);
  if (parsed === undefined) return { refused: "not-xml" };
  const message = envelope.safeParse(parsed);
  if (!message.success) return { refused: "not-an-outbound-message" };
  const { OrganizationId, Notification } = message.data.Envelope.Body.notifications;
  return {
    organizationId: OrganizationId,
    hints: Notification.map(({ sObject }) => ({
      ref: {
        system: "salesforce",
        object: sObject["@type"].replace(/^\w+:/, ""),
        id: sObject.Id,
      },
    })),
  };
}

function parseXml(xml: string): unknown {
  try {
    return parser.parse(xml, true);
  } catch {
    return undefined;
  }
}
