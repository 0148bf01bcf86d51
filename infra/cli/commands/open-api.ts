import type { Command } from "commander";
import { examples, type Shell } from "../shell.ts";

export function addOpenApi(program: Command, shell: Shell): void {
  program
    .command("openapi")
    .description("the document of the API, in OpenAPI 3.1")
    .addHelpText("after", examples("openapi > accord-openapi.json"))
    .action(async (_options, command: Command) => {
      const { json } = await shell.api(command).get("/api/openapi.json");
      shell.line(JSON.stringify(json, null, 2));
    });
}
