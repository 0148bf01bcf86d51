import * as z from "zod";

/**
 * Every type of resource that the host knows, with every property it knows. Anything else makes the
 * host refuse to start, so that what runs here cannot quietly differ from what is deployed.
 */

/** A property that changes nothing on one machine; `why` says for what reason. */
const ignored = (why: string) => z.unknown().optional().describe(why);

/** A type that changes nothing on one machine. */
const ignoredType = (why: string) => z.record(z.string(), z.unknown()).optional().describe(why);

const KEYS = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.string() }));

export const TABLE = z.strictObject({
  TableName: z.string().optional(),
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.string() }),
  ),
  KeySchema: KEYS,
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: z.string(),
        KeySchema: KEYS,
        Projection: z.strictObject({
          ProjectionType: z.string(),
          NonKeyAttributes: z.array(z.string()).optional(),
        }),
      }),
    )
    .optional(),
  BillingMode: z.literal("PAY_PER_REQUEST"),
  StreamSpecification: z
    .strictObject({ StreamViewType: z.literal("NEW_AND_OLD_IMAGES") })
    .optional(),
  Replicas: ignored("One machine is one region; backups and deletion guards are of the account."),
  SSESpecification: ignored("The disk's own encryption applies."),
  TimeToLiveSpecification: ignored(
    "AWS deletes days late, so readers must pass over expired items anyway; here they stay.",
  ),
});

export const QUEUE = z.strictObject({
  QueueName: z.string().optional(),
  VisibilityTimeout: z.number().default(30),
  DelaySeconds: z.number().default(0),
  MessageRetentionPeriod: z.number().default(345_600),
  RedrivePolicy: z
    .strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() })
    .optional(),
  SqsManagedSseEnabled: ignored("The disk's own encryption applies."),
});

const SECRET = z.strictObject({
  Name: z.string(),
  Description: ignored("For people."),
  GenerateSecretString: ignored("The host is given the values."),
});

export const FUNCTION = z.strictObject({
  FunctionName: z.string().optional(),
  Handler: z.string(),
  Timeout: z.number().default(3),
  MemorySize: z.number().default(128),
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.string()) }).optional(),
  Runtime: z.literal("nodejs24.x"),
  Architectures: ignored("The bundles are JavaScript."),
  Description: ignored("For people."),
  LoggingConfig: ignored("Logs go to files."),
  Role: ignored("Nothing on one machine checks permissions."),
});

export const EVENT_SOURCE = z.strictObject({
  BatchSize: z.number().default(10),
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  FunctionResponseTypes: z.array(z.literal("ReportBatchItemFailures")).default([]),
  MaximumBatchingWindowInSeconds: z.number().default(0),
  ScalingConfig: z.strictObject({ MaximumConcurrency: z.number() }).optional(),
  // Of streams alone.
  StartingPosition: z.literal("TRIM_HORIZON").optional(),
  FilterCriteria: z
    .strictObject({ Filters: z.array(z.strictObject({ Pattern: z.string() })) })
    .optional(),
  MaximumRetryAttempts: z.number().default(Number.POSITIVE_INFINITY),
  BisectBatchOnFunctionError: ignored("A batch that fails is halved here as well."),
  DestinationConfig: z
    .strictObject({ OnFailure: z.strictObject({ Destination: z.string() }) })
    .optional(),
});

export const ASYNC_INVOCATION = z.strictObject({
  FunctionName: z.string(),
  Qualifier: z.literal("$LATEST"),
  MaximumRetryAttempts: z.number().default(2),
  DestinationConfig: z
    .strictObject({ OnFailure: z.strictObject({ Destination: z.string() }) })
    .optional(),
  MaximumEventAgeInSeconds: ignored("Here a retry follows within seconds."),
});

const DELIVERY = {
  DeadLetterConfig: ignored("Delivery from thread to thread does not fail."),
  RetryPolicy: ignored("Delivery from thread to thread does not fail."),
};

export const SCHEDULE = z.strictObject({
  Description: ignored("For people."),
  Name: z.string().optional(),
  FlexibleTimeWindow: z.strictObject({ Mode: z.literal("OFF") }),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default("UTC"),
  State: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
  Target: z.strictObject({
    ...DELIVERY,
    Arn: z.string(),
    Input: z.string().default("{}"),
    SqsParameters: ignored("Names a group, where a queue keeps order; none does here."),
    RoleArn: ignored("Nothing on one machine checks permissions."),
  }),
});

export const RULE = z.strictObject({
  Description: ignored("For people."),
  EventBusName: ignored("The one local bus carries what all buses carry."),
  EventPattern: z.record(z.string(), z.unknown()),
  State: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
  Targets: z.array(z.strictObject({ ...DELIVERY, Arn: z.string(), Id: z.string() })),
});

const HTTP_API = z.strictObject({ Name: z.string(), ProtocolType: z.literal("HTTP") });

export const INTEGRATION = z.strictObject({
  ApiId: z.string(),
  IntegrationType: z.literal("AWS_PROXY"),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal("2.0"),
});

export const AUTHORIZER = z.strictObject({
  ApiId: z.string(),
  AuthorizerType: z.literal("JWT"),
  IdentitySource: z.tuple([z.literal("$request.header.Authorization")]),
  JwtConfiguration: z.strictObject({ Audience: z.array(z.string()).min(1), Issuer: z.string() }),
  Name: z.string(),
});

export const ROUTE = z.strictObject({
  ApiId: z.string(),
  RouteKey: z.string(),
  Target: z.string(),
  AuthorizationType: z.enum(["NONE", "AWS_IAM", "JWT"]).default("NONE"),
  AuthorizerId: z.string().optional(),
});

const STAGE = z.strictObject({
  ApiId: z.string(),
  StageName: z.literal("$default"),
  AutoDeploy: ignored("Routes are served as soon as the host runs."),
  AccessLogSettings: ignored("Calls are seen in the functions' logs."),
  DefaultRouteSettings: ignored("Throttling guards the account, not one machine."),
});

export const BUCKET = z.strictObject({
  BucketEncryption: ignored("The disk's own encryption applies."),
  PublicAccessBlockConfiguration: ignored("One machine has no public."),
  VersioningConfiguration: ignored("What is written is kept; earlier versions are of the account."),
});

const PERMISSIONS = "Nothing on one machine checks permissions.";
const CATALOGUE = "Whoever queries the files on one machine names them.";
const WATCHING = "Nobody is woken by one machine.";

export const KNOWN_TYPES: Readonly<Record<string, z.ZodType>> = {
  "AWS::ApiGatewayV2::Api": HTTP_API,
  "AWS::ApiGatewayV2::Authorizer": AUTHORIZER,
  "AWS::ApiGatewayV2::Integration": INTEGRATION,
  "AWS::ApiGatewayV2::Route": ROUTE,
  "AWS::ApiGatewayV2::Stage": STAGE,
  "AWS::DynamoDB::GlobalTable": TABLE,
  "AWS::Events::Rule": RULE,
  "AWS::Lambda::EventInvokeConfig": ASYNC_INVOCATION,
  "AWS::Lambda::EventSourceMapping": EVENT_SOURCE,
  "AWS::Lambda::Function": FUNCTION,
  "AWS::SQS::Queue": QUEUE,
  "AWS::Scheduler::Schedule": SCHEDULE,
  "AWS::S3::Bucket": BUCKET,
  "AWS::SecretsManager::Secret": SECRET,
  "AWS::CloudWatch::Alarm": ignoredType(WATCHING),
  "AWS::Glue::Database": ignoredType(CATALOGUE),
  "AWS::Glue::Table": ignoredType(CATALOGUE),
  "AWS::IAM::Policy": ignoredType(PERMISSIONS),
  "AWS::IAM::Role": ignoredType(PERMISSIONS),
  "AWS::Lambda::Permission": ignoredType(PERMISSIONS),
  "AWS::Logs::LogGroup": ignoredType("Logs go to files."),
  "AWS::Logs::MetricFilter": ignoredType(WATCHING),
  "AWS::S3::BucketPolicy": ignoredType(PERMISSIONS),
  "AWS::SNS::Topic": ignoredType(WATCHING),
  "AWS::SNS::TopicPolicy": ignoredType(PERMISSIONS),
  "AWS::SQS::QueuePolicy": ignoredType(PERMISSIONS),
};
