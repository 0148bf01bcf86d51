import type { Surroundings } from "./surroundings.ts";

export interface Post {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How long the target may take to answer. */
  readonly withinMs: number;
  /** Ends the request early, because the simulator stops. */
  readonly stopping?: AbortSignal;
}

/** Posts and answers what came back where it was a 2xx in time, or undefined. Never rejects. */
export async function post(around: Surroundings, request: Post): Promise<string | undefined> {
  const { url, body, headers, withinMs, stopping } = request;
  const tooLate = new AbortController();
  const deadline = around.clock.setTimeout(() => tooLate.abort(), withinMs);
  const signals = [tooLate.signal, ...(stopping ? [stopping] : [])];
  try {
    const signal = AbortSignal.any(signals);
    const response = await around.fetch(url, {
      method: "POST",
      headers: { ...headers },
      body,
      signal,
    });
    const text = await response.text();
    return response.ok ? text : undefined;
  } catch {
    return undefined;
  } finally {
    around.clock.clearTimeout(deadline);
  }
}
