import { RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import {
  AttributeType,
  Billing,
  ProjectionType,
  TableEncryptionV2,
  type TablePropsV2,
  TableV2,
} from "aws-cdk-lib/aws-dynamodb";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";

/** Kept for ever: guarded against deletion, restorable to any second of the last 35 days. */
const KEPT = {
  partitionKey: { name: "pk", type: AttributeType.STRING },
  sortKey: { name: "sk", type: AttributeType.STRING },
  billing: Billing.onDemand(),
  encryption: TableEncryptionV2.awsManagedKey(),
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  deletionProtection: true,
  removalPolicy: RemovalPolicy.RETAIN,
  timeToLiveAttribute: "ttl",
} satisfies TablePropsV2;

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
  readonly hubspotSecret: Secret;
  readonly salesforceSecret: Secret;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    this.records = new TableV2(this, "Records", {
      ...KEPT,
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
    this.history = new TableV2(this, "History", KEPT);
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
