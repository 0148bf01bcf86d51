import { RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import {
  AttributeType,
  Billing,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  type TablePropsV2,
  TableV2,
} from "aws-cdk-lib/aws-dynamodb";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { Warehouse } from "../constructs/warehouse.ts";

/** Kept for ever: guarded against deletion, restorable to any second of the last 35 days. */
const KEPT = {
  partitionKey: { name: "pk", type: AttributeType.STRING },
  sortKey: { name: "sk", type: AttributeType.STRING },
  billing: Billing.onDemand(),
  encryption: TableEncryptionV2.awsManagedKey(),
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  deletionProtection: true,
  removalPolicy: RemovalPolicy.RETAIN,
} satisfies TablePropsV2;

/** Items may carry the second after which they are not needed any more; those of the ledger never do. */
const EXPIRES = { timeToLiveAttribute: "ttl" } as const;

/** What the index by status shows of a record: what is counted, and what a revenue report reads. */
const INDEXED_ATTRIBUTES = [
  "revenue",
  "openConflicts",
  "decidedConflicts",
  "parkedFields",
  "proposals",
];

/** What outlives every release: the tables, and the credentials that an administrator fills in. */
export class DataStack extends Stack {
  readonly records: TableV2;
  readonly history: TableV2;
  readonly ledger: TableV2;
  readonly warehouse: Bucket;
  readonly hubspotSecret: Secret;
  readonly salesforceSecret: Secret;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    this.records = new TableV2(this, "Records", {
      ...KEPT,
      ...EXPIRES,
      // What becomes of an opportunity is posted from it, version by version.
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      globalSecondaryIndexes: [
        {
          indexName: "by-status",
          partitionKey: { name: "gsi1pk", type: AttributeType.STRING },
          sortKey: { name: "gsi1sk", type: AttributeType.STRING },
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: INDEXED_ATTRIBUTES,
        },
        {
          indexName: "by-trouble",
          partitionKey: { name: "gsi2pk", type: AttributeType.STRING },
          sortKey: { name: "gsi2sk", type: AttributeType.STRING },
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: ["trouble"],
        },
        {
          indexName: "by-stage",
          partitionKey: { name: "gsi3pk", type: AttributeType.STRING },
          sortKey: { name: "gsi3sk", type: AttributeType.STRING },
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: ["stageAccount"],
        },
      ],
    });
    this.history = new TableV2(this, "History", { ...KEPT, ...EXPIRES });
    this.ledger = new TableV2(this, "Ledger", {
      ...KEPT,
      // What is posted is credited from it, entry by entry.
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      globalSecondaryIndexes: ["by-month", "by-posting", "by-refusal"].map((indexName, index) => ({
        indexName,
        partitionKey: { name: `gsi${index + 1}pk`, type: AttributeType.STRING },
        sortKey: { name: `gsi${index + 1}sk`, type: AttributeType.STRING },
        projectionType: ProjectionType.ALL,
      })),
    });
    this.warehouse = new Warehouse(this, "Warehouse").bucket;
    this.hubspotSecret = this.#secret("HubspotSecret", "accord/hubspot");
    this.salesforceSecret = this.#secret("SalesforceSecret", "accord/salesforce");
  }

  /**
   * Created with a generated value that no CRM accepts, since a template must never carry credentials;
   * the administrator replaces it once. Retained, as the value exists nowhere else.
   */
  #secret(id: string, secretName: string): Secret {
    return new Secret(this, id, {
      secretName,
      description:
        "Credentials that Accord uses; see the README for the fields. Filled in by hand.",
      generateSecretString: { secretStringTemplate: "{}", generateStringKey: "placeholder" },
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
