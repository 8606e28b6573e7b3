import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { APIGatewayProxyEventV2WithJWTAuthorizer } from "aws-lambda";
import type { OnAnswered } from "../../src/api-gateway/answered.ts";
import { createHttpGateway } from "../../src/api-gateway/http/create-http-gateway.ts";
import { createWebSocketGateway } from "../../src/api-gateway/websocket/create-websocket-gateway.ts";
import type { Connections } from "../../src/api-gateway/websocket/types.ts";
import { createClock, type SharedClock } from "../../src/clock.ts";
import { createFunctionHost, type OwnedFunctionHost } from "../../src/lambda/create-function-host.ts";
import type { Caller, FunctionLog } from "../../src/lambda/types.ts";
import { loadTemplate } from "../../src/template/load-template.ts";
import { createNames } from "../../src/template/names.ts";
import { resolveStack } from "../../src/template/resolve-stack.ts";

export type Resources = Record<string, { Type: string; Properties?: Record<string, unknown> }>;

export interface ServeOptions {
  /** The source of each function's `index.mjs`, by logical id. */
  readonly functions: Record<string, string>;
  readonly resources: Resources;
  readonly functionProperties?: Record<string, unknown>;
  readonly concurrency?: number;
  readonly limits?: { idleMs?: number; durationMs?: number };
  readonly onAnswered?: OnAnswered;
  readonly onInvoke?: (caller: Caller, gatewayRequestId: string | undefined) => void;
}

export interface Served {
  readonly httpUrl: string;
  readonly webSocketUrl: string;
  readonly clock: SharedClock;
  readonly functions: OwnedFunctionHost;
  readonly connections: Connections;
  /** The lines that functions printed and gateways logged. */
  readonly logs: string[];
  /** The lines that functions printed. */
  readonly printed: FunctionLog[];
  /** Writes a module that may take the place of a function's code, and gives its path. */
  writeModule(name: string, source: string): string;
  close(): Promise<void>;
}

/** A function that answers with its event, in the form that both gateways take. */
export const ECHO = `export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });`;

/** The event that an echo answered with over HTTP. */
export async function echoedIn(response: Response): Promise<APIGatewayProxyEventV2WithJWTAuthorizer> {
  // The tests of the event itself hold it against this type's fields.
  return (await response.json()) as APIGatewayProxyEventV2WithJWTAuthorizer;
}

/**
 * Serves a template made of these resources: a cloud assembly on disk, real workers and both
 * gateways.
 */
export async function serve(options: ServeOptions): Promise<Served> {
  const dir = mkdtempSync(join(tmpdir(), "stack-emulator-"));
  writeAssembly(dir, options);
  const template = loadTemplate(dir);
  const stack = resolveStack(template, createNames(template));
  const clock = createClock();
  const { onAnswered } = options;
  const logs: string[] = [];
  const printed: FunctionLog[] = [];
  const log = (line: string) => void logs.push(line);
  const functions = createFunctionHost({
    template,
    stack,
    clock,
    endpoints: { AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1" },
    concurrency: options.concurrency ?? 4,
    ...(options.onInvoke && { onInvoke: options.onInvoke }),
    log(entry) {
      printed.push(entry);
      log(`${entry.functionLogicalId}: ${entry.text}`);
    },
  });
  const types = [...stack.resources.values()].map(({ Properties }) => Properties.ProtocolType);
  const http = types.includes("HTTP")
    ? createHttpGateway({ stack, functions, clock, log, onAnswered })
    : undefined;
  const webSocket = types.includes("WEBSOCKET")
    ? createWebSocketGateway({ stack, functions, clock, log, onAnswered, limits: options.limits ?? {} })
    : undefined;
  const server = createServer((request, response) => http?.handle(request, response));
  server.on("upgrade", (request, socket, head) => webSocket?.handleUpgrade(request, socket, head));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // It listens on TCP.
  return {
    httpUrl: `http://127.0.0.1:${port}`,
    webSocketUrl: `ws://127.0.0.1:${port}${webSocket?.path ?? ""}`,
    clock,
    functions,
    get connections() {
      if (!webSocket) throw new Error("The template has no WebSocket API.");
      return webSocket.connections;
    },
    logs,
    printed,
    writeModule(name, source) {
      writeFileSync(join(dir, name), source);
      return join(dir, name);
    },
    async close() {
      webSocket?.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await functions.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function writeAssembly(dir: string, { functions, resources, functionProperties }: ServeOptions): void {
  const all: Record<string, unknown> = { ...resources };
  const files: Record<string, unknown> = {};
  for (const [logicalId, source] of Object.entries(functions)) {
    mkdirSync(join(dir, `asset.${logicalId}`));
    writeFileSync(join(dir, `asset.${logicalId}`, "index.mjs"), source);
    files[logicalId] = {
      source: { path: `asset.${logicalId}`, packaging: "zip" },
      destinations: { local: { bucketName: "assets", objectKey: `${logicalId}.zip` } },
    };
    all[`${logicalId}Role`] = { Type: "AWS::IAM::Role", Properties: {} };
    all[logicalId] = {
      Type: "AWS::Lambda::Function",
      Properties: {
        Code: { S3Bucket: "assets", S3Key: `${logicalId}.zip` },
        Handler: "index.handler",
        Runtime: "nodejs24.x",
        Role: { "Fn::GetAtt": [`${logicalId}Role`, "Arn"] },
        ...functionProperties,
      },
    };
  }
  writeFileSync(join(dir, "Test.template.json"), JSON.stringify({ Resources: all }));
  writeFileSync(join(dir, "Test.assets.json"), JSON.stringify({ files }));
  const artifacts = {
    "Test.assets": { type: "cdk:asset-manifest", properties: { file: "Test.assets.json" } },
    Test: { type: "aws:cloudformation:stack", properties: { templateFile: "Test.template.json" } },
  };
  writeFileSync(join(dir, "manifest.json"), JSON.stringify({ artifacts }));
}
