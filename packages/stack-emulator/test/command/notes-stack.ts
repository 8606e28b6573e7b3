import { join } from "node:path";
import { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { AttributeType, Table } from "aws-cdk-lib/aws-dynamodb";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { Topic } from "aws-cdk-lib/aws-sns";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import { App, CfnOutput, Stack } from "aws-cdk-lib/core";
import { build } from "esbuild";

/**
 * Synthesizes a small stack as a CDK project does, into `folder`: an HTTP API, whose one function
 * is bundled as CommonJS, before a table.
 */
export async function synthesizeNotesStack(folder: string): Promise<void> {
  const outdir = join(folder, "cdk.out");
  // As deep as the assets will lie: source maps name their sources relative to it.
  const code = join(outdir, "bundle");
  await build({
    entryPoints: { index: join(import.meta.dirname, "notes.ts") },
    outdir: code,
    bundle: true,
    platform: "node",
    format: "cjs",
    minify: true,
    sourcemap: true,
  });
  const app = new App({ outdir });
  const stack = new Stack(app, "Notes");
  const table = new Table(stack, "Table", { partitionKey: { name: "id", type: AttributeType.STRING } });
  const notes = new LambdaFunction(stack, "NotesFunction", {
    runtime: Runtime.NODEJS_24_X,
    handler: "index.handler",
    code: Code.fromAsset(code),
    environment: { TABLE_NAME: table.tableName },
  });
  table.grantReadWriteData(notes);
  const api = new HttpApi(stack, "Api");
  const integration = new HttpLambdaIntegration("Notes", notes);
  api.addRoutes({ path: "/notes/{id}", integration });
  new Topic(stack, "Topic");
  new StringParameter(stack, "Parameter", { stringValue: "any" });
  new CfnOutput(stack, "Url", { value: api.apiEndpoint });
  app.synth();
}
