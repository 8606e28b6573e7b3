import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ResolvedStack, Template } from "../template/types.ts";

/** A function, as the template describes it. */
export interface FunctionDefinition {
  readonly logicalId: string;
  readonly roleLogicalId: string;
  readonly name: string;
  readonly arn: string;
  /** The module with the handler, and the name under which it is exported. */
  readonly file: string;
  readonly exportName: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
}

/** The functions of the stack, by logical id. */
export function readFunctions(
  template: Template,
  stack: ResolvedStack,
): ReadonlyMap<string, FunctionDefinition> {
  const roles = new Map<string, string>();
  for (const [logicalId, resource] of stack.resources) {
    if (resource.Type === "AWS::IAM::Role")
      roles.set(String(stack.resolve({ "Fn::GetAtt": [logicalId, "Arn"] })), logicalId);
  }
  const functions = new Map<string, FunctionDefinition>();
  for (const [logicalId, resource] of stack.resources) {
    if (resource.Type !== "AWS::Lambda::Function") continue;
    const properties = resource.Properties;
    const assetPath = resource.Metadata?.["aws:asset:path"];
    const runtime = String(properties.Runtime);
    if (!runtime.startsWith("nodejs")) {
      // CDK's own custom resources come in Python and others; they serve a deployment and none
      // happens here.
      continue;
    }
    if (typeof assetPath !== "string") {
      throw new Error(
        `The function ${logicalId} has no asset: its code must be a directory that the CDK app bundles.`,
      );
    }
    const [module = "index", exportName = "handler"] = String(properties.Handler).split(".");
    functions.set(logicalId, {
      logicalId,
      roleLogicalId: roles.get(String(properties.Role)) ?? "",
      name: String(stack.resolve({ Ref: logicalId })),
      arn: String(stack.resolve({ "Fn::GetAtt": [logicalId, "Arn"] })),
      file: moduleFile(join(template.assetsDir, assetPath, module)),
      exportName,
      environment: readEnvironment(properties.Environment),
      // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html:
      // 3 s and 128 MB by default
      timeoutSeconds: Number(properties.Timeout ?? 3),
      memoryMb: Number(properties.MemorySize ?? 128),
    });
  }
  return functions;
}

/** The first that exists of the names that Lambda knows; the first of all when none does. */
function moduleFile(path: string): string {
  const files = ["mjs", "js", "cjs"].map((extension) => `${path}.${extension}`);
  return files.find((file) => existsSync(file)) ?? `${path}.mjs`;
}

function readEnvironment(environment: unknown): Record<string, string> {
  if (typeof environment !== "object" || environment === null || !("Variables" in environment)) return {};
  const { Variables } = environment;
  if (typeof Variables !== "object" || Variables === null) return {};
  return Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, String(value)]));
}
