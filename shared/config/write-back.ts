import type { WireShape } from "../core/mapping/wire-shape.ts";
import { minorDigits } from "../core/money/money.ts";
import type { System } from "../core/reconcile/system.ts";
import type { Figure, FigurePlace, WriteBack } from "../core/write-back/write-back.ts";
import { CORPORATE_CURRENCY } from "./ledger.ts";

const IN_HUBSPOT = {
  amount: "accord_attributed_amount",
  corporate: "accord_attributed_revenue",
  source: "accord_attributed_source",
  version: "accord_attribution_version",
} as const;

const IN_SALESFORCE = {
  amount: "Accord_Attributed_Amount__c",
  corporate: "Accord_Attributed_Revenue__c",
  source: "Accord_Attributed_Source__c",
  version: "Accord_Attribution_Version__c",
} as const;

const hubspot = (kind: FigurePlace["kind"], object: string, ...figures: readonly Figure[]) =>
  place({ kind, system: "hubspot", object, properties: IN_HUBSPOT }, figures);

const salesforce = (kind: FigurePlace["kind"], object: string, ...figures: readonly Figure[]) =>
  place({ kind, system: "salesforce", object, properties: IN_SALESFORCE }, figures);

function place(all: FigurePlace, figures: readonly Figure[]): FigurePlace {
  const properties = Object.fromEntries(figures.map((one) => [one, all.properties[one]]));
  return { ...all, properties };
}

/**
 * What of attributed revenue is written back. Switch it on by `on: true`: the fields are created with
 * Accord's others, and it is written once a day and by `accord revenue write-back`. Campaigns are those of
 * Salesforce; HubSpot's take no figure (decision 0030).
 */
export const writeBack: WriteBack = {
  on: false,
  model: "w-shaped",
  places: [
    hubspot("opportunity", "deals", "amount", "corporate", "source", "version"),
    salesforce("opportunity", "Opportunity", "amount", "corporate", "source", "version"),
    hubspot("person", "contacts", "corporate", "version"),
    salesforce("person", "Contact", "corporate", "version"),
    salesforce("person", "Lead", "corporate", "version"),
    salesforce("campaign", "Campaign", "corporate", "version"),
  ],
};

const LABELS: Readonly<Record<Figure, string>> = {
  amount: "Accord Attributed Amount",
  corporate: `Accord Attributed Revenue (${CORPORATE_CURRENCY})`,
  source: "Accord Attributed Source",
  version: "Accord Attribution Version",
};

/** Of most currencies two decimals, of a few three; of one that has more, the figure is refused. */
const FORMS = {
  amount: { type: "number", decimals: 3 },
  corporate: { type: "number", decimals: minorDigits(CORPORATE_CURRENCY) ?? 2 },
  source: { type: "text" },
  version: { type: "text" },
} as const;

/** The fields that hold the figures. Amounts are numbers, so that a CRM's own reports can add them up. */
export function figureFieldsOf({ on, places }: WriteBack) {
  if (!on) return [];
  return places.flatMap(({ system, object, properties }) =>
    figuresIn(properties).map(([figure, property]) => ({
      ...{ system, object, property, label: LABELS[figure], unique: false },
      ...FORMS[figure],
    })),
  );
}

const FIGURES: readonly Figure[] = ["amount", "corporate", "source", "version"];

function figuresIn(properties: FigurePlace["properties"]): [Figure, string][] {
  return FIGURES.flatMap((figure): [Figure, string][] => {
    const property = properties[figure];
    return property === undefined ? [] : [[figure, property]];
  });
}

/** Objects that only figures are written to: the mapping has none of them, and nothing of them is read. */
export const FIGURE_SHAPES: Readonly<Record<System, readonly WireShape[]>> = {
  hubspot: [],
  salesforce: [{ object: "Campaign", idProperty: "Accord_Id__c", properties: [] }],
};
