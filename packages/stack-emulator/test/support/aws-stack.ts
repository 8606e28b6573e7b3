import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiGatewayManagementApiClient } from "@aws-sdk/client-apigatewaymanagementapi";
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { DynamoDBClient, type GetItemCommand } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Connections } from "../../src/api-gateway/websocket/types.ts";
import { type Aws, startAws } from "../../src/aws.ts";
import { createClock } from "../../src/clock.ts";
import type { Caller, FunctionHost } from "../../src/lambda/types.ts";
import { createNames } from "../../src/template/names.ts";
import type { Resource, Template } from "../../src/template/types.ts";

/** The resources of a small stack: what the AWS part of the emulator reads of a template. */
export function smallStack(changes: Record<string, Resource> = {}): Template {
  const resources: Record<string, Resource> = {
    Table: {
      Type: "AWS::DynamoDB::Table",
      Properties: {
        AttributeDefinitions: ["pk", "sk", "gsi1pk", "gsi1sk"].map((AttributeName) => ({
          AttributeName,
          AttributeType: "S",
        })),
        KeySchema: keySchema("pk", "sk"),
        BillingMode: "PAY_PER_REQUEST",
        GlobalSecondaryIndexes: [
          {
            IndexName: "gsi1",
            KeySchema: keySchema("gsi1pk", "gsi1sk"),
            Projection: { ProjectionType: "KEYS_ONLY" },
          },
        ],
        StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" },
        TimeToLiveSpecification: { AttributeName: "expires_at", Enabled: true },
      },
    },
    Pool: {
      Type: "AWS::Cognito::UserPool",
      Properties: {
        UsernameAttributes: ["email"],
        AutoVerifiedAttributes: ["email"],
        Policies: { PasswordPolicy: { MinimumLength: 10, RequireNumbers: true } },
        Schema: [
          { Name: "email", Required: true, Mutable: true },
          { Name: "plan", AttributeDataType: "String", Mutable: true },
        ],
      },
    },
    Client: {
      Type: "AWS::Cognito::UserPoolClient",
      Properties: {
        UserPoolId: { Ref: "Pool" },
        ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors: "ENABLED",
        AccessTokenValidity: 30,
        IdTokenValidity: 30,
        RefreshTokenValidity: 120,
        TokenValidityUnits: { AccessToken: "minutes", IdToken: "minutes", RefreshToken: "minutes" },
      },
    },
    SocketApi: { Type: "AWS::ApiGatewayV2::Api", Properties: { ProtocolType: "WEBSOCKET" } },
    SocketStage: {
      Type: "AWS::ApiGatewayV2::Stage",
      Properties: { ApiId: { Ref: "SocketApi" }, StageName: "live" },
    },
    Bucket: { Type: "AWS::S3::Bucket", Properties: {} },
    Role: { Type: "AWS::IAM::Role", Properties: {} },
    Policy: {
      Type: "AWS::IAM::Policy",
      Properties: {
        Roles: [{ Ref: "Role" }],
        PolicyDocument: {
          Statement: [
            allow("dynamodb:*", [{ "Fn::GetAtt": ["Table", "Arn"] }, under("Table", "index/*")]),
            allow("execute-api:ManageConnections", [
              {
                "Fn::Join": [
                  "",
                  ["arn:aws:execute-api:*:*:", { Ref: "SocketApi" }, "/live/*/@connections/*"],
                ],
              },
            ]),
            allow("cognito-idp:Admin*", [{ "Fn::GetAtt": ["Pool", "Arn"] }]),
            allow("s3:PutObject", [under("Bucket", "*")]),
          ],
        },
      },
    },
    ...changes,
  };
  return { resources: new Map(Object.entries(resources)), outputs: new Map(), assetsDir: "" };
}

/** The ARN of what lies below a resource. */
export function under(logicalId: string, path: string) {
  return { "Fn::Join": ["/", [{ "Fn::GetAtt": [logicalId, "Arn"] }, path]] };
}

export function allow(Action: string | string[], Resource: unknown, Condition?: unknown) {
  return { Effect: "Allow", Action, Resource, ...(Condition ? { Condition } : {}) };
}

/** A role with one policy of these statements. */
export function roleWith(...Statement: unknown[]): Resource {
  return { Type: "AWS::IAM::Role", Properties: { Policies: [{ PolicyDocument: { Statement } }] } };
}

function keySchema(hash: string, range: string) {
  return [
    { AttributeName: hash, KeyType: "HASH" },
    { AttributeName: range, KeyType: "RANGE" },
  ];
}

export interface TestAws extends Aws {
  readonly tableName: string;
  readonly clientId: string;
  readonly poolId: string;
  readonly bucketName: string;
  readonly lines: readonly string[];
  readonly crashed: readonly string[];
  readonly sockets: Map<string, "ok" | "gone" | "too-large" | "limit-exceeded">;
  advance(ms: number): void;
  /**
   * Clients as a function has them, signing with the key of a worker of the function whose role is
   * named.
   */
  as(role: string, operation?: string, maxAttempts?: number): Clients;
}

export interface Clients {
  readonly accessKeyId: string;
  readonly dynamo: DynamoDBClient;
  readonly documents: DynamoDBDocumentClient;
  readonly cognito: CognitoIdentityProviderClient;
  readonly connections: ApiGatewayManagementApiClient;
}

/**
 * Any one command. The client's own `send` is generic over each command's types, which a list of
 * commands has not.
 */
export function sendAny(client: DynamoDBClient, command: { readonly input: object }) {
  return client.send(command as GetItemCommand);
}

/**
 * Starts the real parts; only the functions and the sockets are stand-ins, behind their own
 * interfaces.
 */
export async function startTestAws(
  options: { template?: Template; dataDir?: string; java?: string } = {},
): Promise<TestAws> {
  const { template = smallStack(), dataDir } = options;
  const scratch = mkdtempSync(join(tmpdir(), "stack-emulator-"));
  const clock = createClock();
  const names = createNames(template);
  const callers = new Map<string, Caller>();
  const crashed: string[] = [];
  const lines: string[] = [];
  const sockets: TestAws["sockets"] = new Map();
  const functions: FunctionHost = {
    invoke: () => Promise.reject(new Error("No function runs in this test.")),
    crash: (accessKeyId) => void crashed.push(accessKeyId),
    caller: (accessKeyId) => callers.get(accessKeyId),
  };
  const connections: Connections = {
    post: (id) => sockets.get(id) ?? "gone",
    get: (id) =>
      sockets.has(id)
        ? {
            connectedAt: "2025-01-01T00:00:00.000Z",
            lastActiveAt: "2025-01-01T00:00:01.000Z",
            identity: { sourceIp: "127.0.0.1", userAgent: "test" },
          }
        : undefined,
    close: (id) => sockets.delete(id),
  };
  const aws = await startAws({
    template,
    names,
    dataDir: dataDir ?? scratch,
    fresh: dataDir === undefined,
    clock,
    functions: () => functions,
    connections: () => connections,
    log: (line) => lines.push(line),
    logError: (line) => lines.push(line),
    ...(options.java ? { java: options.java } : {}),
  }).catch((error: unknown) => {
    rmSync(scratch, { recursive: true, force: true });
    throw error;
  });
  const closers: { destroy(): void }[] = [];
  return {
    ...aws,
    tableName: String(names.findRef("Table")),
    clientId: String(names.findRef("Client")),
    poolId: String(names.findRef("Pool")),
    bucketName: String(names.findRef("Bucket")),
    lines,
    crashed,
    sockets,
    advance: (ms) => clock.advance(ms),
    as(roleLogicalId, operation, maxAttempts = 1) {
      const accessKeyId = `ASIA${randomUUID().replaceAll("-", "").toUpperCase()}`;
      callers.set(accessKeyId, {
        functionLogicalId: `${roleLogicalId.toLowerCase()}Function0A1B2C3D`,
        roleLogicalId,
        requestId: `request of ${accessKeyId}`,
        operation,
      });
      const clients = createClients(aws, accessKeyId, maxAttempts);
      closers.push(clients.dynamo, clients.cognito, clients.connections);
      return clients;
    },
    async close() {
      for (const client of closers) client.destroy();
      await aws.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

function createClients(aws: Aws, accessKeyId: string, maxAttempts: number): Clients {
  const config = (name: string) => ({
    region: "us-east-1",
    endpoint: aws.environment[`AWS_ENDPOINT_URL_${name}`]?.replace("{AWS_ACCESS_KEY_ID}", accessKeyId) ?? "",
    credentials: { accessKeyId, secretAccessKey: "local" },
    maxAttempts,
  });
  const dynamo = new DynamoDBClient(config("DYNAMODB"));
  return {
    accessKeyId,
    dynamo,
    documents: DynamoDBDocumentClient.from(dynamo),
    cognito: new CognitoIdentityProviderClient(config("COGNITO_IDENTITY_PROVIDER")),
    connections: new ApiGatewayManagementApiClient(config("APIGATEWAYMANAGEMENTAPI")),
  };
}
