import { type Command, Option } from "commander";
import { accordHome, readApiFile } from "../../local/api-file.ts";
import type { LocalRole } from "../connection.ts";
import { Failure } from "../failure.ts";
import { examples, type Shell } from "../shell.ts";

export function addToken(program: Command, shell: Shell): void {
  program
    .command("token")
    .description("a token for the API of the Accord that runs on this machine")
    .addOption(
      new Option("--role <name>", "what its holder may do")
        .choices(["viewer", "finance", "modeller", "admin"] as const)
        .default("viewer"),
    )
    .addHelpText(
      "after",
      examples("token", "token --role admin").replace(
        /$/,
        '\n  curl -H "Authorization: Bearer $(npx accord token)" http://127.0.0.1:4000/api/status\n',
      ),
    )
    .action(({ role }: { role: "viewer" | LocalRole }) => {
      const home = accordHome(shell.terminal.env);
      const local = readApiFile(home);
      if (!local)
        throw new Failure(
          "unreachable",
          `no Accord runs here (there is no ${home}/api.json): start it with 'npm start'; a deployment's tokens come from its own issuer`,
        );
      shell.line(local.tokens[role]);
    });
}
