import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { FileStore } from "../warehouse/ports.ts";

/** Files in a bucket. Its role must be let list it: without that, S3 says of a missing key that it is forbidden. */
export function s3FileStore(bucket: string, client: S3Client = new S3Client({})): FileStore {
  return {
    async readText(key) {
      try {
        const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return await answer.Body?.transformToString("utf8");
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    async write(key, content, contentType) {
      const object = { Bucket: bucket, Key: key, Body: content, ContentType: contentType };
      await client.send(new PutObjectCommand(object));
    },
  };
}
