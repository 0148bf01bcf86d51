import type { FileStore } from "../../shared/warehouse/ports.ts";

/** Files, held in memory. `written` names each write, in its order. */
export function memoryFileStore() {
  const files = new Map<string, Uint8Array>();
  const written: string[] = [];
  const store: FileStore = {
    async readText(key) {
      const content = files.get(key);
      return content && new TextDecoder().decode(content);
    },
    async write(key, content) {
      files.set(key, content.slice());
      written.push(key);
    },
  };
  return { store, files, written };
}
