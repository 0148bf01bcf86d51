/** A record as an API returns it: HubSpot's by `id`, Salesforce's by `Id`. */
export type DataRecord = Readonly<Record<string, unknown>>;

/** Records of one object of one system. */
export interface DataRecords {
  readonly system: "hubspot" | "salesforce";
  readonly object: string;
  readonly records: readonly DataRecord[];
}
