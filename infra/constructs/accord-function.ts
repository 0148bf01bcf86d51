import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function as Lambda, Runtime } from "aws-cdk-lib/aws-lambda";
import { type ILogGroup, LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { Bundles } from "../bundles/bundle-functions.ts";
import type { FunctionName } from "../bundles/function-names.ts";
import { type AlarmProps, ImpactAlarm } from "./impact-alarm.ts";

interface AccordFunctionProps extends AlarmProps {
  readonly name: FunctionName;
  readonly bundles: Bundles;
  /** Written `{…} satisfies z.input<typeof xEnv>`, so that a forgotten variable does not compile. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeout: Duration;
  /** MiB; 512 where it is left out. */
  readonly memory?: number;
}

/** One of the functions: its bundle, its log, and an alarm on its errors. */
export class AccordFunction extends Construct {
  readonly lambda: Lambda;
  readonly log: ILogGroup;

  constructor(scope: Construct, id: string, props: AccordFunctionProps) {
    super(scope, id);
    const { name, bundles, environment, timeout, memory = 512, impact, tell } = props;
    const functionName = `accord-${name}`;
    const logGroup = new LogGroup(this, "Log", {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.log = logGroup;
    // Instead of the managed policy for logs, which covers every log group of the account.
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    });
    logGroup.grantWrite(role);
    this.lambda = new Lambda(this, "Function", {
      functionName,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: "index.handler",
      code: Code.fromAsset(bundles(name)),
      memorySize: memory,
      timeout,
      environment: { ...environment, POWERTOOLS_SERVICE_NAME: name },
      logGroup,
      role,
    });
    new ImpactAlarm(this, "Errors", {
      impact,
      tell,
      metric: this.lambda.metricErrors({ period: Duration.minutes(5), statistic: "Sum" }),
    });
  }
}
