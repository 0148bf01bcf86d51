/** The account and region that the local resources pretend to be in. */
export const ACCOUNT = "000000000000";
export const REGION = "us-east-1";
export const LOOPBACK = "127.0.0.1";

export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}

/** The last part of an ARN, which names the resource: queue, function or table. */
export function nameInArn(text: string): string {
  return text.split(/[:/]/).at(-1) ?? text;
}
