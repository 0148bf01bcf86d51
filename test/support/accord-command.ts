import { startCommand } from "./running-accord.ts";

/** What `npx accord …` prints, asked of whatever runs in a home. */
export async function accord(home: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await startCommand("infra/cli/accord.ts", { home, args }).ended;
  if (code === 0) return stdout;
  throw new Error(`accord ${args.join(" ")} ended with ${code}:\n${stderr}${stdout}`);
}

/** The API's answer to it. */
export async function accordJson(home: string, ...args: readonly string[]): Promise<unknown> {
  return JSON.parse(await accord(home, "--json", ...args));
}
