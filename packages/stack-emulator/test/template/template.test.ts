import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { loadTemplate } from "../../src/template/load-template.ts";
import { createNames } from "../../src/template/names.ts";
import { resolveStack } from "../../src/template/resolve-stack.ts";

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

function load(template: object, assets: object = {}) {
  const dir = mkdtempSync(join(tmpdir(), "stack-emulator-"));
  dirs.push(dir);
  const artifacts = {
    "Test.assets": { type: "cdk:asset-manifest", properties: { file: "Test.assets.json" } },
    Test: { type: "aws:cloudformation:stack", properties: { templateFile: "Test.template.json" } },
  };
  writeFileSync(join(dir, "manifest.json"), JSON.stringify({ artifacts }));
  writeFileSync(join(dir, "Test.assets.json"), JSON.stringify({ files: assets }));
  writeFileSync(join(dir, "Test.template.json"), JSON.stringify(template));
  return loadTemplate(dir);
}

const thing = (Properties: object, more: object = {}) => ({ Type: "Test::Thing", Properties, ...more });

function resolveProperties(properties: object, rest: object = {}): unknown {
  const template = load({
    Resources: { Thing: thing(properties), Role: { Type: "AWS::IAM::Role" } },
    ...rest,
  });
  return resolveStack(template, createNames(template)).resources.get("Thing")?.Properties;
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: this is the syntax of CloudFormation
const substitution = "${x}:${AWS::AccountId}:${Role}:${Role.Arn}:${!kept}";

test("intrinsic functions resolve wherever they stand", () => {
  expect(
    resolveProperties(
      {
        joined: { "Fn::Join": ["-", ["a", { Ref: "AWS::Region" }, { "Fn::GetAtt": ["Role", "Arn"] }]] },
        substituted: {
          "Fn::Sub": [substitution, { x: { Ref: "AWS::Partition" } }],
        },
        selected: { "Fn::Select": ["1", { "Fn::Split": ["/", "a/b/c"] }] },
        chosen: [{ "Fn::If": ["Yes", "yes", "no"] }, { "Fn::If": ["No", "yes", { Ref: "AWS::NoValue" }] }],
        dropped: { Ref: "AWS::NoValue" },
        found: { "Fn::FindInMap": ["Sizes", { Ref: "AWS::Region" }, "small"] },
        parameter: { Ref: "Stage" },
        encoded: { "Fn::Base64": "hi" },
        policy: { Condition: { StringEquals: { a: "b" } } },
      },
      {
        Parameters: { Stage: { Type: "String", Default: "dev" } },
        Mappings: { Sizes: { "us-east-1": { small: 1 } } },
        Conditions: {
          Yes: { "Fn::Or": [{ "Fn::Equals": [{ Ref: "Stage" }, "dev"] }, { Condition: "No" }] },
          No: { "Fn::Not": [{ Condition: "Yes" }] },
        },
      },
    ),
  ).toEqual({
    joined: "a-us-east-1-arn:aws:iam::000000000000:role/Role",
    substituted: "aws:000000000000:Role:arn:aws:iam::000000000000:role/Role:$" + "{kept}",
    selected: "b",
    chosen: ["yes"],
    found: 1,
    parameter: "dev",
    encoded: "aGk=",
    policy: { Condition: { StringEquals: { a: "b" } } },
  });
});

test("a resource whose condition is false is not there", () => {
  const { resources } = load({
    Conditions: { Never: { "Fn::Equals": [{ Ref: "AWS::Region" }, "nowhere"] } },
    Resources: { Kept: thing({}), Gone: thing({}, { Condition: "Never" }) },
  });
  expect([...resources.keys()]).toEqual(["Kept"]);
});

test("what is provisioned has no name before it is registered", () => {
  const template = load({
    Resources: { Table: { Type: "AWS::DynamoDB::Table" }, Thing: thing({ table: { Ref: "Table" } }) },
    Outputs: { TableName: { Value: { Ref: "Table" } } },
  });
  const names = createNames(template);
  expect(() => resolveStack(template, names)).toThrow("Table (AWS::DynamoDB::Table) is not known");
  names.ref("Table", "messages");
  const stack = resolveStack(template, names);
  expect(stack.outputs.get("TableName")).toBe("messages");
  expect(stack.resources.get("Thing")?.Properties).toEqual({ table: "messages" });
});

test("what cannot be resolved is said", () => {
  expect(() => resolveProperties({ value: { "Fn::ImportValue": "x" } })).toThrow("does not resolve");
  expect(() => resolveProperties({ value: { Ref: "Unknown" } })).toThrow(
    "names Unknown, which it does not hold",
  );
});

test("a function’s asset is found through the asset manifest", () => {
  const code = { Type: "AWS::Lambda::Function", Properties: { Code: { S3Key: "abc.zip" } } };
  const assets = { abc: { source: { path: "asset.abc" }, destinations: { d: { objectKey: "abc.zip" } } } };
  expect(load({ Resources: { F: code } }, assets).resources.get("F")?.Metadata).toEqual({
    "aws:asset:path": "asset.abc",
  });
});
