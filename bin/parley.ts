import { Code } from "aws-cdk-lib/aws-lambda";
import { App } from "aws-cdk-lib/core";
import cdkJson from "../cdk.json" with { type: "json" };
import { bundleFunctions } from "../lib/bundle.ts";
import { perFunction } from "../lib/functions.ts";
import { ParleyStack } from "../lib/parley-stack.ts";
import { InvalidPropsError, readProps } from "../lib/props.ts";

try {
  // The feature flags of cdk.json, which the CDK's command line would pass: the template is the
  // same without that command line.
  const app = new App({ context: cdkJson.context });
  const props = readProps(app.node.getAllContext());
  const bundles = await bundleFunctions();
  new ParleyStack(app, "Parley", { ...props, code: perFunction((name) => Code.fromAsset(bundles[name])) });
  app.synth();
} catch (error) {
  if (!(error instanceof InvalidPropsError)) throw error;
  // A wrong argument needs no stack trace.
  console.error(error.message);
  process.exitCode = 1;
}
