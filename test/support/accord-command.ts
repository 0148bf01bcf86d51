import { startCommand } from "./running-accord.ts";

/** `npx accord …` against whatever runs in a home; `json` is what it printed, where it was asked to. */
export async function accord(home: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await startCommand("infra/cli/accord.ts", { home, args }).ended;
  if (code !== 0)
    throw new Error(`accord ${args.join(" ")} ended with ${code}:\n${stderr}${stdout}`);
  return stdout;
}
