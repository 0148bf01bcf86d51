import type { App } from "aws-cdk-lib";
import type { Bundles } from "../bundles/bundle-functions.ts";
import { DataStack } from "./data-stack.ts";
import { readSettings } from "./settings.ts";
import { SyncStack } from "./sync-stack.ts";

/** Adds all of Accord to `app`: one stack per lifetime, so that no release of code touches data. */
export function addAccord(app: App, bundles: Bundles): void {
  const data = new DataStack(app, "AccordData", {
    description: "Accord: what is kept for ever",
    terminationProtection: true,
  });
  new SyncStack(app, "AccordSync", {
    description: "Accord: what keeps the two CRMs in agreement",
    data,
    settings: readSettings(app.node),
    bundles,
  });
}
