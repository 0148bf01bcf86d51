import { describe, expect, test } from "vitest";
import * as z from "zod";
import { apiEnv } from "../../functions/api/env.ts";
import { pollChangesEnv } from "../../functions/poll-changes/env.ts";
import { postLedgerEnv } from "../../functions/post-ledger/env.ts";
import { prepareCrmsEnv } from "../../functions/prepare-crms/env.ts";
import { receiveHubspotEnv } from "../../functions/receive-hubspot/env.ts";
import { receiveSalesforceMessagesEnv } from "../../functions/receive-salesforce-messages/env.ts";
import { reconcileRecordsEnv } from "../../functions/reconcile-records/env.ts";
import { retryParkedEnv } from "../../functions/retry-parked/env.ts";
import { workRunsEnv } from "../../functions/work-runs/env.ts";
import { writeWarehouseEnv } from "../../functions/write-warehouse/env.ts";
import { FUNCTION_NAMES } from "../../infra/bundles/function-names.ts";
import { readAssembly } from "../../infra/local/host/assembly.ts";
import { AUTHORIZER, FUNCTION, ROUTE } from "../../infra/local/host/resource-schemas.ts";
import { openResources } from "../../infra/local/host/resources.ts";
import { UNSTABLE_FIELD } from "../../shared/config/alarmed.ts";
import { DEAD_LETTERS } from "../../shared/config/dead-letters.ts";
import {
  POLLED_OBJECTS,
  SWEPT_LINKS,
  SWEPT_RELATIONS,
} from "../../shared/config/polled-objects.ts";
import { FIRST_MONTH } from "../../shared/dynamodb/keys.ts";
import { partitionPrefix, WAREHOUSE_TABLES } from "../../shared/tabular/warehouse-layout.ts";
import { synthesizeAccord } from "./fixtures/synthesize-accord.ts";

const LONG_MS = 60_000;

const assembly = readAssembly(synthesizeAccord());
const resources = openResources(assembly, { queues: "http://127.0.0.1:1" });
const all = [...assembly.templates.values()].flatMap(({ Resources }) => Object.entries(Resources));

function ofType(type: string) {
  return all
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => ({ id, ...resource, properties: resource.Properties }));
}

/** The logical id that a `Ref` or `Fn::GetAtt` points at. */
function target(value: unknown): string {
  const found = z
    .union([
      z.object({ Ref: z.string() }).transform(({ Ref }) => Ref),
      z.object({ "Fn::GetAtt": z.array(z.string()) }).transform((at) => at["Fn::GetAtt"][0]),
    ])
    .safeParse(value);
  return found.data ?? "";
}

const alarms = ofType("AWS::CloudWatch::Alarm");
const alarmed = (id: string) =>
  alarms.filter(({ properties }) => JSON.stringify(properties["Dimensions"] ?? []).includes(id));

describe("what is kept for ever", () => {
  const tables = ofType("AWS::DynamoDB::GlobalTable");

  test("there are three tables, and two secrets that survive the stack", () => {
    expect(tables).toHaveLength(3);
    const secrets = ofType("AWS::SecretsManager::Secret");
    expect(secrets.map(({ properties }) => properties["Name"])).toEqual([
      "accord/hubspot",
      "accord/salesforce",
    ]);
    expect(secrets.every(({ DeletionPolicy }) => DeletionPolicy === "Retain")).toBe(true);
  });

  test.each(tables)(
    "$id is retained, guarded, encrypted, and restorable to any second",
    (table) => {
      expect(table).toMatchObject({
        DeletionPolicy: "Retain",
        UpdateReplacePolicy: "Retain",
        properties: {
          BillingMode: "PAY_PER_REQUEST",
          SSESpecification: { SSEEnabled: true },
          Replicas: [
            {
              DeletionProtectionEnabled: true,
              PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
            },
          ],
        },
      });
    },
  );

  test("nothing of the ledger ever expires", () => {
    const expires = tables.filter(({ properties }) => "TimeToLiveSpecification" in properties);
    expect(expires.map(({ id }) => id.replace(/[0-9A-F]{8}$/, ""))).toEqual(["Records", "History"]);
  });

  test("the ledger's entries are found by the month they count in, and by when they were posted", () => {
    const ledger = tables.find(({ id }) => id.startsWith("Ledger"))?.properties;
    expect(ledger?.["GlobalSecondaryIndexes"]).toMatchObject(
      ["by-month", "by-posting", "by-refusal"].map((IndexName, index) => ({
        IndexName,
        KeySchema: [
          { AttributeName: `gsi${index + 1}pk`, KeyType: "HASH" },
          { AttributeName: `gsi${index + 1}sk`, KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "ALL" },
      })),
    );
  });

  test("records are found by status, and those in trouble without looking at any other", () => {
    expect(tables.find(({ id }) => id.startsWith("Records"))?.properties).toMatchObject({
      GlobalSecondaryIndexes: [
        {
          IndexName: "by-status",
          KeySchema: [
            { AttributeName: "gsi1pk", KeyType: "HASH" },
            { AttributeName: "gsi1sk", KeyType: "RANGE" },
          ],
          Projection: {
            ProjectionType: "INCLUDE",
            NonKeyAttributes: expect.arrayContaining(["revenue"]),
          },
        },
        {
          IndexName: "by-trouble",
          KeySchema: [
            { AttributeName: "gsi2pk", KeyType: "HASH" },
            { AttributeName: "gsi2sk", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["trouble"] },
        },
        {
          IndexName: "by-stage",
          KeySchema: [
            { AttributeName: "gsi3pk", KeyType: "HASH" },
            { AttributeName: "gsi3sk", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["stageAccount"] },
        },
      ],
    });
  });

  test("no secret's value is in a template", () => {
    for (const { properties } of ofType("AWS::SecretsManager::Secret"))
      expect(properties).not.toHaveProperty("SecretString");
  });
});

describe("the warehouse", () => {
  const [bucket, ...others] = ofType("AWS::S3::Bucket");
  const glued = ofType("AWS::Glue::Table").map(({ properties }) =>
    z
      .object({
        DatabaseName: z.literal("accord"),
        TableInput: z.object({
          Name: z.string(),
          PartitionKeys: z.array(z.unknown()),
          Parameters: z.record(z.string(), z.unknown()),
          StorageDescriptor: z.looseObject({
            Columns: z.array(z.object({ Name: z.string(), Type: z.string() })),
          }),
        }),
      })
      .parse(properties),
  );

  test("its files are kept for ever, encrypted, with every version, and are nobody's to see", () => {
    expect(others).toEqual([]);
    expect(bucket).toMatchObject({
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      properties: {
        VersioningConfiguration: { Status: "Enabled" },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } },
          ],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      },
    });
    expect(bucket?.properties).not.toHaveProperty("LifecycleConfiguration");
    const [policy] = ofType("AWS::S3::BucketPolicy");
    expect(policy?.properties["PolicyDocument"]).toMatchObject({
      Statement: [
        {
          Effect: "Deny",
          Principal: { AWS: "*" },
          Action: "s3:*",
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
  });

  test("each of its tables has the columns that are written, amounts as exact decimals", () => {
    expect(glued.map(({ TableInput }) => TableInput.Name)).toEqual(
      WAREHOUSE_TABLES.map(({ name }) => name),
    );
    for (const [index, { TableInput }] of glued.entries()) {
      const { Columns } = TableInput.StorageDescriptor;
      const columns = WAREHOUSE_TABLES[index]?.columns ?? [];
      expect(Columns.map(({ Name }) => Name)).toEqual(columns.map(({ name }) => name));
      expect(Columns).toContainEqual({ Name: "amount", Type: "decimal(38,4)" });
      expect(Columns).toContainEqual({ Name: "posted_at", Type: "timestamp" });
    }
  });

  test("Athena works its months out, and looks for them where they are written", () => {
    for (const [index, { TableInput }] of glued.entries()) {
      const table = WAREHOUSE_TABLES[index];
      if (!table) throw new Error("each table is known");
      const names = table.partitions.map(({ name }) => name);
      expect(TableInput.PartitionKeys).toEqual(names.map((Name) => ({ Name, Type: "string" })));
      expect(TableInput.Parameters).toMatchObject({
        "projection.enabled": "true",
        "projection.posted_month.type": "date",
        "projection.posted_month.format": "yyyy-MM",
        "projection.posted_month.range": `${FIRST_MONTH},NOW`,
        "projection.posted_month.interval": "1",
        "projection.posted_month.interval.unit": "MONTHS",
      });
      const template = JSON.stringify(TableInput.Parameters["storage.location.template"]);
      const written = partitionPrefix(
        table,
        names.map((name) => `\${${name}}`),
      );
      expect(template).toContain(`/${written}"`);
      expect(TableInput.StorageDescriptor.Columns.map(({ Name }) => Name)).not.toContain(names[0]);
    }
  });

  test("Athena refuses a query of credits that names no version: all models credit the same money", () => {
    const [, credits] = glued;
    expect(credits?.TableInput).toMatchObject({
      Name: "credits",
      PartitionKeys: [{ Name: "model_version" }, { Name: "posted_month" }],
      Parameters: { "projection.model_version.type": "injected" },
    });
  });
});

describe("queues", () => {
  const queues = ofType("AWS::SQS::Queue");
  const isDead = (id: string) => id.includes("Dead");

  test.each(queues)("$id is encrypted, and refuses callers without TLS", ({ id, properties }) => {
    expect(properties["SqsManagedSseEnabled"]).toBe(true);
    const policy = ofType("AWS::SQS::QueuePolicy").find((one) =>
      JSON.stringify(one.properties["Queues"]).includes(id),
    );
    expect(JSON.stringify(policy?.properties)).toContain('"aws:SecureTransport":"false"');
  });

  test.each(queues.filter(({ id }) => !isDead(id)))("$id ends in a dead-letter queue", (queue) => {
    const redrive = z
      .object({ deadLetterTargetArn: z.unknown(), maxReceiveCount: z.literal(5) })
      .parse(queue.properties["RedrivePolicy"]);
    expect(queues.map(({ id }) => id)).toContain(target(redrive.deadLetterTargetArn));
    // Six times the time-out of the worker, so that a waiting batch is not handed out twice.
    expect(queue.properties["VisibilityTimeout"]).toBe(360);
  });

  test.each(queues.filter(({ id }) => isDead(id)))("$id keeps 14 days, and rings", (queue) => {
    expect(queue.properties["MessageRetentionPeriod"]).toBe(14 * 86_400);
    expect(alarmed(queue.id)).toHaveLength(1);
  });

  test("whatever takes messages that failed is listed by the API, by its name", () => {
    const setAside = z.union([
      z.object({ RedrivePolicy: z.object({ deadLetterTargetArn: z.unknown() }) }),
      z.object({ DestinationConfig: z.object({ OnFailure: z.unknown() }) }),
      z.object({ Target: z.object({ DeadLetterConfig: z.unknown() }) }),
      z.object({ Targets: z.array(z.object({ DeadLetterConfig: z.unknown() })) }),
    ]);
    const named = all.flatMap(([, { Properties }]) => {
      const found = setAside.safeParse(Properties);
      return found.success
        ? [...JSON.stringify(found.data).matchAll(/"Fn::GetAtt":\["(\w+)"/g)].map(([, id]) => id)
        : [];
    });
    const environment = resources
      .ofType("AWS::Lambda::Function", FUNCTION)
      .find(({ is }) => is.name === "accord-api")?.properties.Environment?.Variables;
    const listed = apiEnv.parse(environment).DEAD_QUEUE_URLS;
    const names = queues
      .filter(({ id }) => named.includes(id) || isDead(id))
      .map(({ properties }) => String(properties["QueueName"]));
    expect(Object.values(listed).map((url) => url.split("/").at(-1))).toEqual(
      expect.arrayContaining(names),
    );
    expect(names.sort()).toEqual(DEAD_LETTERS.map(({ name }) => `accord-${name}-dead`).sort());
  });

  test("a live queue that is late rings after a minute", () => {
    expect(
      alarms.filter(
        ({ properties }) => properties["MetricName"] === "ApproximateAgeOfOldestMessage",
      ),
    ).toMatchObject([{ properties: { Threshold: 60, Statistic: "Maximum" } }]);
  });
});

describe("functions", () => {
  const functions = ofType("AWS::Lambda::Function");

  test("each folder of functions is deployed under its name", () => {
    expect(functions.map(({ properties }) => properties["FunctionName"]).sort()).toEqual(
      FUNCTION_NAMES.map((name) => `accord-${name}`),
    );
  });

  test.each(functions)("$id has a time-out, a log that ends, and an alarm", (one) => {
    expect(one.properties).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      // A sweep of parity holds more.
      MemorySize: one.properties["FunctionName"] === "accord-work-runs" ? 1024 : 512,
      Timeout: expect.any(Number),
    });
    const log = z.object({ LogGroup: z.unknown() }).parse(one.properties["LoggingConfig"]).LogGroup;
    const group = ofType("AWS::Logs::LogGroup").find(({ id }) => id === target(log));
    expect(group?.properties["RetentionInDays"]).toBe(90);
    const [errors] = alarmed(one.id);
    expect(errors).toMatchObject({ properties: { MetricName: "Errors" } });
  });

  const schemas: Readonly<Record<string, z.ZodObject>> = {
    "accord-api": apiEnv,
    "accord-poll-changes": pollChangesEnv,
    "accord-post-ledger": postLedgerEnv,
    "accord-prepare-crms": prepareCrmsEnv,
    "accord-receive-hubspot": receiveHubspotEnv,
    "accord-receive-salesforce-messages": receiveSalesforceMessagesEnv,
    "accord-reconcile-records": reconcileRecordsEnv,
    "accord-retry-parked": retryParkedEnv,
    "accord-work-runs": workRunsEnv,
    "accord-write-warehouse": writeWarehouseEnv,
  };

  test.each(resources.ofType("AWS::Lambda::Function", FUNCTION))(
    "$is.name finds in its environment what it asks for, and nothing besides",
    ({ is, properties }) => {
      const { POWERTOOLS_SERVICE_NAME, ...rest } = properties.Environment?.Variables ?? {};
      expect(z.strictObject(schemas[is.name]?.shape ?? {}).safeParse(rest).error).toBeUndefined();
      expect(`accord-${POWERTOOLS_SERVICE_NAME}`).toBe(is.name);
    },
  );

  test("a mapping from a queue takes back single messages of a batch", () => {
    const mappings = ofType("AWS::Lambda::EventSourceMapping").filter(
      ({ properties }) => !("StartingPosition" in properties),
    );
    expect(mappings.map(({ properties }) => properties)).toMatchObject([
      {
        BatchSize: 100,
        MaximumBatchingWindowInSeconds: 1,
        ScalingConfig: { MaximumConcurrency: 10 },
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      },
      // Of the bulk queue, and of the queue of plans and runs.
      ...[9, 2].map((MaximumConcurrency) => ({
        BatchSize: 1,
        ScalingConfig: { MaximumConcurrency },
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      })),
    ]);
  });
});

test("the ledger is fed by the stream of opportunities alone, and credits by that of its entries, from their beginning, and neither stands still for one", () => {
  const streams = ofType("AWS::Lambda::EventSourceMapping").filter(
    ({ properties }) => "StartingPosition" in properties,
  );
  const keys = [
    { pk: { S: [{ prefix: "RECORD#opportunity#" }] } },
    { pk: { S: [{ prefix: "OPPORTUNITY#" }] }, sk: { S: [{ prefix: "entry#" }] } },
  ];
  expect(streams.map(({ properties }) => properties)).toMatchObject(
    keys.map((Keys) => ({
      EventSourceArn: expect.objectContaining({
        "Fn::ImportValue": expect.stringContaining("StreamArn"),
      }),
      FunctionName: { Ref: expect.stringContaining("PostLedger") },
      StartingPosition: "TRIM_HORIZON",
      FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ dynamodb: { Keys } }) }] },
      MaximumRetryAttempts: 10,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      DestinationConfig: { OnFailure: { Destination: expect.anything() } },
    })),
  );
  const records = ofType("AWS::DynamoDB::GlobalTable").find(({ id }) => id.startsWith("Records"));
  expect(records?.properties["StreamSpecification"]).toEqual({
    StreamViewType: "NEW_AND_OLD_IMAGES",
  });
});

describe("what nobody waits for", () => {
  const asynchronous = ofType("AWS::Lambda::EventInvokeConfig");

  test("a change event of Salesforce goes to the live queue, with no function in between", () => {
    const targets = ofType("AWS::Events::Rule").map(({ properties }) => properties["Targets"]);
    expect(targets).toMatchObject([
      [{ Arn: { "Fn::GetAtt": [expect.stringMatching(/^LiveQueue/), "Arn"] } }],
    ]);
  });

  test("a job that fails is not kept, since the next one asks for the same", () => {
    const jobs = asynchronous.map(({ properties }) => properties["MaximumRetryAttempts"]);
    expect(jobs).toEqual([0, 0, 0]);
  });

  test("every rule and schedule sets aside what it cannot deliver", () => {
    for (const { properties } of ofType("AWS::Events::Rule"))
      expect(properties["Targets"]).toMatchObject([
        { DeadLetterConfig: { Arn: expect.anything() } },
      ]);
    for (const { properties } of ofType("AWS::Scheduler::Schedule"))
      expect(properties["Target"]).toMatchObject({ DeadLetterConfig: { Arn: expect.anything() } });
  });

  test("each kind of record is polled once a minute, and what no poll or stream tells, or may be taken now, is gone over", () => {
    expect(
      ofType("AWS::Scheduler::Schedule").map(({ properties }) => [
        properties["ScheduleExpression"],
        z.object({ Input: z.string() }).parse(properties["Target"]).Input,
      ]),
    ).toEqual([
      ...POLLED_OBJECTS.map((polled) => ["rate(1 minute)", JSON.stringify(polled)]),
      ...SWEPT_RELATIONS.map((swept) => [
        "rate(5 minutes)",
        JSON.stringify({ ...swept, what: "relations" }),
      ]),
      ...SWEPT_LINKS.map((swept) => [
        "rate(5 minutes)",
        JSON.stringify({ ...swept, what: "links" }),
      ]),
      ["rate(5 minutes)", "{}"],
      // What was posted goes into the warehouse.
      ["cron(47 * * * ? *)", "{}"],
      [
        "cron(17 3 * * ? *)",
        JSON.stringify({ step: "parity-start", because: "once a day", attempt: 0 }),
      ],
      ["cron(37 1 * * ? *)", JSON.stringify({ step: "ledger-catch-up", attempt: 0 })],
      ["cron(7 * * * ? *)", JSON.stringify({ step: "ledger-sums", attempt: 0 })],
      ["cron(27 2 * * ? *)", JSON.stringify({ step: "figures-start", attempt: 0 })],
      ["cron(7 0 * * ? *)", JSON.stringify({ what: "rates" })],
      ["rate(15 minutes)", JSON.stringify({ what: "offers" })],
    ]);
  });
});

describe("who may do what", () => {
  const STATEMENT = z.looseObject({ Action: z.unknown(), Resource: z.unknown() });
  const policies = ofType("AWS::IAM::Policy").map(({ id, properties }) => ({
    id,
    statements: z.object({ Statement: z.array(STATEMENT) }).parse(properties["PolicyDocument"])
      .Statement,
  }));

  test.each(policies)("$id names its actions, and the resources they are for", ({ statements }) => {
    for (const { Action, Resource } of statements) {
      expect(JSON.stringify(Action)).not.toContain("*");
      // The indexes of a table, the versions of the function that the schedules call, and the files of
      // the warehouse.
      const allowed = /"\/index\/\*"|":\*"|"\/v1\/\*"/g;
      expect(JSON.stringify(Resource).replaceAll(allowed, "")).not.toContain("*");
    }
  });

  test("no role takes a managed policy", () => {
    for (const { properties } of ofType("AWS::IAM::Role"))
      expect(properties).not.toHaveProperty("ManagedPolicyArns");
  });

  test("the warehouse is written from the ledger's entries, and nothing in it is ever deleted", () => {
    const mine = policies.filter(({ id }) => id.includes("WarehouseWriter"));
    const granted = mine
      .filter(({ id }) => id.includes("WriteWarehouse"))
      .flatMap(({ statements }) => statements)
      .map(({ Action, Resource }) => [[Action].flat(), JSON.stringify(Resource)] as const)
      .filter(([actions]) => !String(actions).startsWith("logs:"));
    expect(granted).toEqual([
      [["dynamodb:Query"], expect.stringContaining("Ledger")],
      [["s3:GetObject", "s3:PutObject"], expect.stringMatching(/WarehouseFiles.*"\/v1\/\*"/)],
      [["s3:ListBucket"], expect.stringMatching(/WarehouseFiles[^/]*$/)],
    ]);
  });

  const actionsOf = (part: string) =>
    policies
      .filter(({ id }) => id.includes(part))
      .flatMap(({ statements }) => statements.flatMap(({ Action }) => Action))
      .filter((action) => !String(action).startsWith("logs:"))
      .sort();

  test("the api reads tables, keeps what people decide, and asks for another look", () => {
    expect([...new Set(actionsOf("Api"))]).toEqual([
      "dynamodb:BatchGetItem",
      "dynamodb:BatchWriteItem",
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      // How far plans and runs are.
      "dynamodb:UpdateItem",
      // Of the dead-letter queues: messages are shown, and sent back.
      "sqs:ChangeMessageVisibility",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:GetQueueUrl",
      "sqs:ReceiveMessage",
      "sqs:SendMessage",
    ]);
  });

  test("the api takes messages off no queue but the dead letters", () => {
    const taken = policies
      .filter(({ id }) => id.includes("Api"))
      .flatMap(({ statements }) => statements)
      .filter(({ Action }) => JSON.stringify(Action).includes("sqs:DeleteMessage"))
      .map(({ Resource }) => JSON.stringify(Resource));
    expect(taken).toHaveLength(DEAD_LETTERS.length);
    for (const resource of taken) expect(resource).toContain("Dead");
  });

  test("a receiver reads its secret, sends to the live queue, and does nothing else", () => {
    expect(actionsOf("ReceiveHubspot")).toEqual([
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetSecretValue",
      "sqs:GetQueueAttributes",
      "sqs:GetQueueUrl",
      "sqs:SendMessage",
    ]);
  });

  test("the ledger's items are put and queried: no role may update or delete them", () => {
    const onLedger = policies
      .flatMap(({ id, statements }) => statements.map((statement) => ({ id, ...statement })))
      .filter(({ Resource }) => /Ledger(?!.*StreamArn)/.test(JSON.stringify(Resource)))
      .filter(({ Action }) => JSON.stringify(Action).includes("dynamodb:"));
    const who = onLedger.map(
      ({ id }) => /(Api|PostLedger|PrepareCrms|WorkRuns|WriteWarehouse)/.exec(id)?.[0],
    );
    expect(who.sort()).toEqual(["Api", "PostLedger", "PrepareCrms", "WorkRuns", "WriteWarehouse"]);
    for (const { id, Action } of onLedger)
      expect(Action).toEqual(
        // The warehouse is made of it, and makes nothing of it.
        id.includes("WriteWarehouse") ? "dynamodb:Query" : ["dynamodb:PutItem", "dynamodb:Query"],
      );
  });

  test("whoever posts the ledger speaks to no CRM, and writes to no other table", () => {
    expect([...new Set(actionsOf("PostLedger"))]).toEqual([
      "dynamodb:BatchGetItem",
      "dynamodb:DescribeStream",
      "dynamodb:GetRecords",
      "dynamodb:GetShardIterator",
      "dynamodb:ListStreams",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "sqs:GetQueueAttributes",
      "sqs:GetQueueUrl",
      "sqs:SendMessage",
    ]);
  });

  test("history is added to and read, never changed", () => {
    const onHistory = policies
      .flatMap(({ statements }) => statements)
      .filter(({ Resource }) => JSON.stringify(Resource).includes("History"))
      .flatMap(({ Action }) => Action);
    expect(onHistory).not.toContain("dynamodb:DeleteItem");
    expect(onHistory).not.toContain("dynamodb:UpdateItem");
  });

  test("routes for people ask for an identity; webhooks prove themselves by signature", () => {
    const routes = ofType("AWS::ApiGatewayV2::Route").map(({ properties }) => [
      properties["RouteKey"],
      properties["AuthorizationType"],
    ]);
    expect(routes).toEqual([
      ["POST /webhooks/hubspot", "NONE"],
      ["POST /webhooks/salesforce", "NONE"],
      ["GET /api/{proxy+}", "AWS_IAM"],
      ["POST /api/{proxy+}", "AWS_IAM"],
    ]);
  });

  test("where an issuer is configured, routes for people ask for its tokens", {
    timeout: LONG_MS,
  }, () => {
    const configured = readAssembly(
      synthesizeAccord({ apiIssuer: "https://pool.example/eu-1", apiAudience: "one,two" }),
    );
    const parts = openResources(configured, { queues: "http://127.0.0.1:1" });
    const [authorizer, ...others] = parts.ofType("AWS::ApiGatewayV2::Authorizer", AUTHORIZER);
    expect(others).toEqual([]);
    expect(authorizer?.properties.JwtConfiguration).toEqual({
      Issuer: "https://pool.example/eu-1",
      Audience: ["one", "two"],
    });
    const routes = parts
      .ofType("AWS::ApiGatewayV2::Route", ROUTE)
      .map(({ properties }) => [
        properties.RouteKey,
        properties.AuthorizationType,
        properties.AuthorizerId === authorizer?.is.name,
      ]);
    expect(routes).toEqual([
      ["POST /webhooks/hubspot", "NONE", false],
      ["POST /webhooks/salesforce", "NONE", false],
      ["GET /api/{proxy+}", "JWT", true],
      ["POST /api/{proxy+}", "JWT", true],
    ]);
  });

  test.each([
    [{ apiIssuer: "https://pool.example" }, "apiIssuer and apiAudience belong together"],
    [{ apiIssuer: "http://pool.example", apiAudience: "one" }, "Invalid URL"],
  ])("the settings %j stop the synthesis by name", { timeout: LONG_MS }, (context, reason) => {
    expect(() => synthesizeAccord(context)).toThrow(reason);
  });
});

test.each(alarms)("$id says what it means, and tells someone", ({ properties }) => {
  expect(properties["AlarmDescription"]).toMatch(/^While this alarm is on, [^.]+\.$/);
  expect(properties["AlarmActions"]).toHaveLength(1);
});

test("K6: a field that is parked as unstable is told by the line that its worker logs", () => {
  const [filter, ...others] = ofType("AWS::Logs::MetricFilter");
  expect(others).toEqual([]);
  expect(filter?.properties["FilterPattern"]).toBe(`{ $.message = "${UNSTABLE_FIELD}" }`);
  const counted = alarms.filter(({ properties }) => properties["MetricName"] === "UnstableFields");
  expect(counted).toHaveLength(1);
});

describe("settings", () => {
  test("a synthesis with equal sources gives equal templates", { timeout: LONG_MS }, () => {
    expect(readAssembly(synthesizeAccord()).templates).toEqual(assembly.templates);
  });

  test("name the CRMs, the mode and the event bus", { timeout: LONG_MS }, () => {
    const settings = {
      mode: "observe",
      hubspotBaseUrl: "http://127.0.0.1:1",
      salesforceLoginUrl: "https://test.salesforce.com",
      salesforceEventBus: "aws.partner/salesforce.com/00D/0YL",
    };
    const text = JSON.stringify([...readAssembly(synthesizeAccord(settings)).templates]);
    for (const value of Object.values(settings)) expect(text).toContain(`"${value}"`);
  });

  test("a mode that does not exist stops the synthesis", () => {
    expect(() => synthesizeAccord({ mode: "obsevre" })).toThrow(/mode/);
  });
});
