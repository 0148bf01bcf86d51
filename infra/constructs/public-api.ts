import { RemovalPolicy } from "aws-cdk-lib";
import {
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpIamAuthorizer, HttpJwtAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { Tokens } from "../stacks/settings.ts";

interface PublicApiProps {
  readonly receiveHubspot: IFunction;
  readonly receiveSalesforceMessages: IFunction;
  readonly api: IFunction;
  readonly tokens: Tokens | undefined;
}

/**
 * The one address that the outside can reach. Webhooks prove themselves by signature, inside their
 * functions; `/api` is for people, and asks for a token of the configured issuer, or else for an AWS
 * identity. What a caller may do there is the function's to decide.
 */
export class PublicApi extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, props: PublicApiProps) {
    super(scope, id);
    const http = new HttpApi(this, "Http", { apiName: "accord", createDefaultStage: false });
    const log = new LogGroup(this, "AccessLog", {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new HttpStage(this, "Stage", {
      httpApi: http,
      stageName: "$default",
      autoDeploy: true,
      accessLogSettings: { destination: new LogGroupLogDestination(log) },
      // HubSpot sends at most 10 webhook requests at a time by default, of up to 100 events each:
      // this is far above what both CRMs send, and far below what an account's functions may run.
      throttle: { rateLimit: 200, burstLimit: 200 },
    });
    this.url = stage.url;
    http.addRoutes({
      path: "/webhooks/hubspot",
      methods: [HttpMethod.POST],
      integration: new HttpLambdaIntegration("ReceiveHubspot", props.receiveHubspot),
    });
    http.addRoutes({
      path: "/webhooks/salesforce",
      methods: [HttpMethod.POST],
      integration: new HttpLambdaIntegration(
        "ReceiveSalesforceMessages",
        props.receiveSalesforceMessages,
      ),
    });
    http.addRoutes({
      path: "/api/{proxy+}",
      methods: [HttpMethod.GET, HttpMethod.POST],
      integration: new HttpLambdaIntegration("Api", props.api),
      authorizer: props.tokens
        ? new HttpJwtAuthorizer("Tokens", props.tokens.issuer, {
            jwtAudience: props.tokens.audience,
          })
        : new HttpIamAuthorizer(),
    });
  }
}
