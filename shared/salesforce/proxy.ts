const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Whether a request to `url` is to pass by the proxy of `http_proxy`. jsforce reads that variable at
 * import, and knows neither NO_PROXY nor that this very machine is not behind a proxy.
 */
export function passesByProxy(url: string, noProxy: string | undefined): boolean {
  const { hostname } = new URL(url);
  if (LOOPBACK.test(hostname)) return true;
  return (noProxy ?? "")
    .split(",")
    .map((entry) => entry.trim().replace(/^\*?\./, ""))
    .some((entry) => entry === "*" || (entry !== "" && isWithin(hostname, entry)));
}

function isWithin(hostname: string, domain: string): boolean {
  return hostname === domain || hostname.endsWith(`.${domain}`);
}
