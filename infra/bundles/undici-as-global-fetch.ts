/**
 * Stands in for the package `undici` in bundles. Node's own `fetch` is the same code, so shipping it
 * again would add 700 KB to a function and 50 ms to its cold start.
 *
 * A `dispatcher` is dropped: it carries proxies and HTTP/2 settings, of which functions have none.
 */
export const fetch = (
  input: string | URL | Request,
  { dispatcher: _dispatcher, ...init }: RequestInit & { dispatcher?: unknown } = {},
): Promise<Response> => globalThis.fetch(input, init);

export const Response = globalThis.Response;
export const Headers = globalThis.Headers;
export const Request = globalThis.Request;
export const FormData = globalThis.FormData;

/** Built by its users at import, and then only handed to `fetch` above. */
export class Agent {}

/** Refuses, since a proxy that is silently not used would be a surprise. */
export class ProxyAgent {
  constructor() {
    throw new Error("Functions are bundled without support for HTTP proxies");
  }
}

/** Node's `fetch` throws its own class of this name, which carries `cause` as this one would. */
class SocketError extends Error {}
export const errors = { SocketError };
