import { BUCKET } from "./resource-schemas.ts";
import type { Resources } from "./resources.ts";

/** Makes the buckets of the template that are not there yet. */
export async function createBuckets(url: string, resources: Resources): Promise<void> {
  for (const { is } of resources.ofType("AWS::S3::Bucket", BUCKET)) {
    const answer = await fetch(`${url}/${is.name}`, { method: "PUT" });
    if (!answer.ok) throw new Error(`the bucket ${is.name} could not be made: ${answer.status}`);
  }
}
