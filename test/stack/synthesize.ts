import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Template } from "aws-cdk-lib/assertions";
import { Code } from "aws-cdk-lib/aws-lambda";
import { App, type Stack } from "aws-cdk-lib/core";
import cdkJson from "../../cdk.json" with { type: "json" };
import { type FunctionName, functionNames, perFunction } from "../../lib/functions.ts";
import { ParleyStack } from "../../lib/parley-stack.ts";
import { readProps } from "../../lib/props.ts";

/**
 * Returns a stack with `-c name=value` arguments. The code of each function is its name, since no
 * test of the stack runs it. The caller removes `app.outdir`.
 */
export function createStack(
  context: Readonly<Record<string, string>> = {},
  { validation = false } = {},
): { app: App; stack: Stack } {
  const app = new App({
    context: cdkJson.context,
    outdir: mkdtempSync(join(tmpdir(), "parley-stack-")),
    builtinCloudFormationValidation: validation,
  });
  const stack = new ParleyStack(app, "Parley", {
    ...readProps({ ...cdkJson.context, ...context }),
    code: perFunction((name) => Code.fromInline(name)),
  });
  return { app, stack };
}

export const externalIssuer = { issuerUrl: "https://login.example.com/", audience: "parley" };

export const openSearch = {
  openSearchEndpoint: "https://search-chat-abc.eu-central-1.es.amazonaws.com",
  openSearchDomainArn: "arn:aws:es:eu-central-1:123456789012:domain/chat",
};

/** The deployments for which every property must hold. */
export const variants: readonly (readonly [name: string, context: Readonly<Record<string, string>>])[] = [
  ["dev", {}],
  ["prod", { stage: "prod", corsOrigins: "https://chat.example.com" }],
  ["external issuer", externalIssuer],
  ["websocket access logs", { webSocketAccessLogs: "true" }],
  ["notification topic", { notificationTopic: "true" }],
];

export interface Resource {
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly deletionPolicy: string | undefined;
}

export interface Synthesized {
  of(type: string): readonly Resource[];
  one(type: string): Resource;
  get(id: string): Resource;
  readonly outputs: readonly string[];
  readonly stackName: string;
  /** Whether CloudFormation refuses to delete the stack. */
  readonly terminationProtection: boolean | undefined;
  readonly text: string;
}

export function synthesize(context: Readonly<Record<string, string>> = {}): Synthesized {
  const { app, stack } = createStack(context);
  const template = Template.fromStack(stack).toJSON();
  rmSync(app.outdir, { recursive: true });
  const resources = Object.entries<{
    Type: string;
    Properties: Resource["properties"];
    DeletionPolicy?: string;
  }>(template.Resources).map(
    ([id, { Type: type, Properties: properties, DeletionPolicy: deletionPolicy }]) => ({
      id,
      type,
      properties: properties ?? {},
      deletionPolicy,
    }),
  );
  const of = (type: string) => resources.filter((resource) => resource.type === type);
  const only = (found: typeof resources, what: string) => {
    const [first, ...others] = found;
    if (!first || others.length > 0)
      throw new Error(`The template has ${found.length} resources ${what}, not one.`);
    return first;
  };
  return {
    of,
    one: (type) => only(of(type), type),
    get: (id) =>
      only(
        resources.filter((resource) => resource.id === id),
        id,
      ),
    outputs: Object.keys(template.Outputs),
    stackName: stack.stackName,
    terminationProtection: stack.terminationProtection,
    text: JSON.stringify(template),
  };
}

/**
 * Returns the first logical id in `value`: in `{ "Ref": id }` or `{ "Fn::GetAtt": [id, ...] }`, at
 * any depth.
 */
export function referenced(value: unknown): string {
  const match = /"(?:Ref|Fn::GetAtt)":\[?"(?!AWS::)([^"]+)"/.exec(JSON.stringify(value));
  if (!match?.[1]) throw new Error(`Nothing is referred to in ${JSON.stringify(value)}.`);
  return match[1];
}

/** Returns the value at `path` inside a property; undefined if there is none. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner instanceof Object ? Reflect.get(inner, key) : undefined),
    value,
  );
}

/** Returns the name of the function that a resource of type AWS::Lambda::Function is. */
export function functionName(resource: Resource): FunctionName {
  const name = functionNames.find((known) => known === at(resource.properties.Code, "ZipFile"));
  if (!name) throw new Error(`${resource.id} is none of the functions.`);
  return name;
}

/**
 * Returns a string made of intrinsic functions. Each reference becomes the logical id, or pseudo
 * parameter, that it names.
 */
export function render(value: unknown): string {
  if (typeof value === "string") return value;
  const join = at(value, "Fn::Join", 1);
  if (Array.isArray(join)) return join.map(render).join("");
  const name = at(value, "Ref") ?? at(value, "Fn::GetAtt", 0);
  if (typeof name !== "string") throw new Error(`No string is made of ${JSON.stringify(value)}.`);
  return name;
}
