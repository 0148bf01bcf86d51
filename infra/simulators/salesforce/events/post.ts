/** How long a target may take to answer. Source: EventBridge API destinations, 5 seconds. */
const TIMEOUT_MS = 5_000;

/** Posts `body`, and answers what came back where it was a success. */
export async function post(
  target: string,
  body: string,
  contentType: string,
): Promise<string | undefined> {
  const response = await fetch(target, {
    method: "POST",
    headers: { "content-type": contentType },
    body,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  return response.ok ? text : undefined;
}
