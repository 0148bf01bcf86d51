/**
 * The web's classes as far as both CRMs, Hono and the two clients use them, with bodies that are texts.
 * The real ones cost more than the simulators themselves: a body of theirs is a stream, though nothing
 * here ever arrives in pieces.
 */

type HeadersInput = Iterable<readonly [string, string]> | Readonly<Record<string, string>>;

class LightHeaders {
  readonly #values = new Map<string, string>();

  constructor(given: HeadersInput = {}) {
    const entries = isIterable(given) ? given : Object.entries(given);
    for (const [name, value] of entries) this.set(name, value);
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), String(value));
  }

  append(name: string, value: string): void {
    const before = this.get(name);
    this.set(name, before === null ? value : `${before}, ${value}`);
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase());
  }

  forEach(each: (value: string, name: string) => void): void {
    this.#values.forEach(each);
  }

  keys() {
    return this.#values.keys();
  }

  values() {
    return this.#values.values();
  }

  entries() {
    return this.#values.entries();
  }

  [Symbol.iterator]() {
    return this.#values.entries();
  }
}

function isIterable(given: HeadersInput): given is Iterable<readonly [string, string]> {
  return Symbol.iterator in given;
}

interface Init {
  readonly headers?: HeadersInput;
  readonly body?: unknown;
  readonly method?: string;
  readonly status?: number;
}

abstract class LightBody {
  readonly headers: LightHeaders;
  /** The whole of it, since nothing here comes in pieces. */
  readonly body: string | null;

  constructor(body: unknown, headers: HeadersInput | undefined) {
    this.headers = new LightHeaders(headers);
    this.body = body === undefined || body === null ? null : String(body);
    if (body instanceof URLSearchParams && !this.headers.has("content-type"))
      this.headers.set("content-type", "application/x-www-form-urlencoded;charset=UTF-8");
  }

  async text(): Promise<string> {
    return this.body ?? "";
  }

  async json(): Promise<unknown> {
    return JSON.parse(this.body ?? "");
  }
}

class LightRequest extends LightBody {
  readonly url: string;
  readonly method: string;

  constructor(input: string | URL | LightRequest, { headers, body, method }: Init = {}) {
    const before = input instanceof LightRequest ? input : undefined;
    super(body ?? before?.body, headers ?? before?.headers);
    this.url = before?.url ?? new URL(String(input)).href;
    this.method = (method ?? before?.method ?? "GET").toUpperCase();
  }

  clone(): LightRequest {
    return new LightRequest(this);
  }
}

class LightResponse extends LightBody {
  readonly status: number;

  constructor(body?: unknown, { headers, status = 200 }: Init = {}) {
    super(body, headers);
    this.status = status;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  clone(): LightResponse {
    return new LightResponse(this.body, { headers: this.headers, status: this.status });
  }
}

/** Stands in for `structuredClone`, for what JSON could hold and undefined besides. */
function lightClone<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(lightClone) as Value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return heavyClone(value);
  const clone: Record<string, unknown> = {};
  for (const key in value) clone[key] = lightClone(value[key]);
  return clone as Value;
}

const heavyClone = globalThis.structuredClone;

/** Replaces the globals of this process. */
export function installLightWeb(): void {
  Object.assign(globalThis, {
    Headers: LightHeaders,
    Request: LightRequest,
    Response: LightResponse,
    structuredClone: lightClone,
  });
}
