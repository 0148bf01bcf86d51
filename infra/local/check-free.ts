import { once } from "node:events";
import { createServer } from "node:net";
import { LOOPBACK } from "./host/place.ts";
import { UsageError } from "./options.ts";

/**
 * Finds out at once, and not after all else has started, that a port is taken.
 *
 * @throws UsageError - that names the port and the variable which sets another.
 */
export async function checkFree(ports: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, port] of Object.entries(ports)) {
    const server = createServer().listen(port, LOOPBACK);
    try {
      await once(server, "listening");
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
      throw new UsageError(`port ${port} is in use; set ${name} to a free one`, { cause: error });
    }
    server.close();
    await once(server, "close");
  }
}
