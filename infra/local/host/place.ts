/** The account and region that the local resources pretend to be in. */
export const ACCOUNT = "000000000000";
export const REGION = "us-east-1";
export const LOOPBACK = "127.0.0.1";

export const DYNAMODB_TARGET = "DynamoDB_20120810";

export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}

/** The last part of an ARN, which names the resource: queue, function or table. */
export function nameInArn(text: string): string {
  return text.split(/[:/]/).at(-1) ?? text;
}

/** The one stream of a table; real ones are named by the time of their making. */
export const STREAM_SUFFIX = "/stream/local";

/** The table of a stream's ARN; undefined where the ARN is of no stream. */
export function tableOfStream(text: string): string | undefined {
  return text.endsWith(STREAM_SUFFIX) ? nameInArn(text.slice(0, -STREAM_SUFFIX.length)) : undefined;
}
