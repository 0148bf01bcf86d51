import { App } from "aws-cdk-lib";
import { bundleFunctions } from "./bundles/bundle-functions.ts";
import { addAccord } from "./stacks/accord.ts";

const app = new App({ analyticsReporting: false });
addAccord(app, await bundleFunctions());
app.synth();
