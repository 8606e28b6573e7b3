import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { StartError } from "../start-error.ts";
import { resolve, type Scope } from "./intrinsics.ts";
import { pseudoParameters } from "./pseudo-parameters.ts";
import type { Resource, Template } from "./types.ts";

/** A template and what else its intrinsic functions may name. */
export interface LoadedTemplate extends Template {
  readonly stackName: string;
  readonly conditions: ReadonlyMap<string, boolean>;
  /** Parameters by name, with their defaults: a start has no way to give others. */
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly mappings: Mappings;
}

type Mappings = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

interface RawTemplate {
  readonly Parameters?: Record<string, { Default?: unknown }>;
  readonly Mappings?: Mappings;
  readonly Conditions?: Record<string, unknown>;
  readonly Resources?: Record<
    string,
    Partial<Resource> & { readonly Type: string; readonly Condition?: string }
  >;
  readonly Outputs?: Record<string, { Value: unknown; Condition?: string }>;
}

interface Manifest {
  readonly artifacts?: Record<
    string,
    { type: string; properties?: { templateFile?: string; file?: string } }
  >;
}

interface AssetManifest {
  readonly files?: Record<
    string,
    { source: { path?: string }; destinations: Record<string, { objectKey: string }> }
  >;
}

/** Reads the one stack of the cloud assembly in `dir` (what `cdk synth` writes to `cdk.out`). */
export function loadTemplate(dir: string): LoadedTemplate {
  const manifestFile = join(dir, "manifest.json");
  if (!existsSync(manifestFile)) {
    throw new StartError(`${dir} holds no cloud assembly (manifest.json). Run \`cdk synth\` first.`);
  }
  const manifest = readJson<Manifest>(manifestFile);
  const artifacts = Object.entries(manifest.artifacts ?? {});
  const stacks = artifacts.filter(([, artifact]) => artifact.type === "aws:cloudformation:stack");
  const [stack] = stacks;
  if (!stack || stacks.length > 1) {
    const names = stacks.map(([name]) => name).join(", ") || "none";
    throw new StartError(`${dir} must hold exactly one stack, and it holds ${names}.`);
  }
  const [stackName, { properties }] = stack;
  const assetPaths = new Map<string, string>();
  for (const [, artifact] of artifacts) {
    if (artifact.type !== "cdk:asset-manifest" || !artifact.properties?.file) continue;
    const assets = readJson<AssetManifest>(join(dir, artifact.properties.file));
    for (const file of Object.values(assets.files ?? {})) {
      for (const { objectKey } of Object.values(file.destinations)) {
        if (file.source.path) assetPaths.set(objectKey, file.source.path);
      }
    }
  }
  const raw = readJson<RawTemplate>(join(dir, properties?.templateFile ?? `${stackName}.template.json`));
  return decideConditions(raw, stackName, dir, assetPaths);
}

function decideConditions(
  raw: RawTemplate,
  stackName: string,
  assetsDir: string,
  assetPaths: ReadonlyMap<string, string>,
): LoadedTemplate {
  const parameters = new Map(
    Object.entries(raw.Parameters ?? {}).map(([name, { Default }]) => [name, Default]),
  );
  const mappings = raw.Mappings ?? {};
  const conditions = new Map<string, boolean>();
  const pseudo = pseudoParameters(stackName);
  const scope: Scope = {
    ref: (name) => pseudo.get(name) ?? parameters.get(name),
    attribute: (logicalId) => {
      throw new Error(`A condition of the template names ${logicalId}; conditions cannot name resources.`);
    },
    condition: (name) => {
      const decided = conditions.get(name) ?? resolve(raw.Conditions?.[name], scope) === true;
      conditions.set(name, decided);
      return decided;
    },
    mapping: (map, top, second) => mappings[map]?.[top]?.[second],
  };
  for (const name of Object.keys(raw.Conditions ?? {})) scope.condition(name);
  const isKept = (entry: { Condition?: string }) =>
    !entry.Condition || conditions.get(entry.Condition) === true;

  const resources = new Map<string, Resource>();
  for (const [logicalId, { Condition, ...resource }] of Object.entries(raw.Resources ?? {})) {
    if (Condition && !conditions.get(Condition)) continue;
    resources.set(
      logicalId,
      withAssetPath({ ...resource, Properties: resource.Properties ?? {} }, assetPaths),
    );
  }
  const outputs = Object.entries(raw.Outputs ?? {}).filter(([, output]) => isKept(output));
  return {
    stackName,
    assetsDir,
    resources,
    outputs: new Map(outputs.map(([name, output]) => [name, output.Value])),
    conditions,
    parameters,
    mappings,
  };
}

/**
 * The CDK CLI notes a function's asset in its metadata, an app synthesized without the CLI does
 * not: then the asset manifest tells which directory becomes the S3 object of the function's code.
 */
function withAssetPath(resource: Resource, assetPaths: ReadonlyMap<string, string>): Resource {
  if (resource.Type !== "AWS::Lambda::Function" || resource.Metadata?.["aws:asset:path"]) return resource;
  const code = resource.Properties.Code;
  const key = typeof code === "object" && code !== null && "S3Key" in code ? code.S3Key : undefined;
  const path = typeof key === "string" ? assetPaths.get(key) : undefined;
  return path ? { ...resource, Metadata: { ...resource.Metadata, "aws:asset:path": path } } : resource;
}

function readJson<Shape>(file: string): Shape {
  // Written by the CDK a moment ago: its shape is the CDK's promise (cloud assembly schema), not a
  // user's input.
  return JSON.parse(readFileSync(file, "utf8")) as Shape;
}
