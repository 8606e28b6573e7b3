import { join } from "node:path";
import { createConnectionsService } from "./api-gateway/websocket/execute-api.ts";
import type { Connections } from "./api-gateway/websocket/types.ts";
import { findWebSocketApi } from "./api-gateway/websocket/websocket-api.ts";
import type { Clock } from "./clock.ts";
import { definePools } from "./cognito/pools.ts";
import { answerDiscovery, createCognitoService } from "./cognito/service.ts";
import { type Cognito, startCognito } from "./cognito/start.ts";
import { startDynamoDbLocal } from "./dynamodb/process.ts";
import { createDynamoService } from "./dynamodb/service.ts";
import { hasTables, provisionTables } from "./dynamodb/tables.ts";
import { explainDatabaseFailure, reportDatabaseFailures } from "./explain-failure.ts";
import { createLambdaService } from "./lambda/lambda-service.ts";
import type { FunctionHost } from "./lambda/types.ts";
import { requireJava } from "./prerequisites.ts";
import { openEndpoint } from "./proxy/endpoint.ts";
import { createFaults, type Faults } from "./proxy/faults.ts";
import { createAuthorizer } from "./proxy/iam/authorize.ts";
import { createMeter, type Meter } from "./proxy/meter.ts";
import { createProxy } from "./proxy/proxy.ts";
import { ADMIN_ACCESS_KEY_ID, type Service, type ServiceName } from "./proxy/types.ts";
import { createS3 } from "./s3/index.ts";
import { createS3Service } from "./s3/s3-service.ts";
import { createSns, type Sns } from "./sns/index.ts";
import { createSnsService } from "./sns/sns-service.ts";
import { createSqs, type Sqs } from "./sqs/index.ts";
import { createSqsService } from "./sqs/sqs-service.ts";
import type { Log } from "./store.ts";
import type { NameTable } from "./template/names.ts";
import { ACCOUNT_ID, REGION } from "./template/pseudo-parameters.ts";
import { resolveStack } from "./template/resolve-stack.ts";
import type { ResolvedStack, Template } from "./template/types.ts";

export type { Mail } from "./cognito/messages.ts";
export { type Fault, type FaultSpec, type Faults, InvalidFault } from "./proxy/faults.ts";
export type { Counts, Meter, MeteredCall, MeterReport } from "./proxy/meter.ts";
export { ADMIN_ACCESS_KEY_ID } from "./proxy/types.ts";

interface AwsOptions {
  readonly template: Template;
  readonly names: NameTable;
  readonly dataDir: string;
  /**
   * Begin empty; tables and accounts stay in memory, and what lies in `dataDir` is for the caller
   * to remove.
   */
  readonly fresh: boolean;
  readonly clock: Clock;
  readonly functions: () => FunctionHost;
  readonly connections: () => Connections;
  readonly log: Log;
  /** Takes lines that are printed even where only errors are. */
  readonly logError: Log;
  /** Called when a part ends by itself later on. */
  readonly onFailure?: (error: Error) => void;
  /** The command that starts Java 17. @default - the one that this machine has */
  readonly java?: string;
}

export interface Aws {
  /** The origin of all services, e.g. `http://127.0.0.1:4001`. */
  readonly endpoint: string;
  /** The secret of every access key id. */
  readonly secretKey: string;
  /**
   * DynamoDB Local itself, for reading streams: no policies, no meter. Undefined when the template
   * has no table.
   */
  readonly dynamoEndpoint: string | undefined;
  /**
   * The variables that lead a function's SDK here. `{AWS_ACCESS_KEY_ID}` in a value must be
   * replaced by the worker's own key id. The SDK leaves Cognito's public operations unsigned, so
   * only the address names the caller.
   */
  readonly environment: Readonly<Record<string, string>>;
  readonly sqs: Sqs;
  readonly sns: Sns;
  readonly meter: Meter;
  readonly faults: Faults;
  /** The codes that Cognito would have sent by e-mail, oldest first. */
  readonly mail: Cognito["mail"];
  /** Whether the role of a function may do this, e.g. `dynamodb:GetRecords` on a stream. */
  mayCall(functionLogicalId: string, action: string, resource: string): boolean;
  /** Calls `listener` after each call that wrote to a table. */
  onTableWrite(listener: () => void): void;
  close(): Promise<void>;
}

/**
 * The secret of every key id, with which S3 verifies signatures. It is no secret: only this machine
 * reaches the loopback port.
 */
const secretKey = "local";

/**
 * Starts every AWS service that the template uses, behind one endpoint, and registers the names of
 * its resources.
 */
export async function startAws(options: AwsOptions): Promise<Aws> {
  const closers: (() => unknown)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await startParts(options, (closer) => closers.push(closer))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startParts(
  options: AwsOptions,
  onClose: (closer: () => unknown) => void,
): Promise<Omit<Aws, "close">> {
  const { template, names, dataDir, fresh, clock, functions, log } = options;
  const onFailure = options.onFailure ?? ((error: Error) => log(error.message));
  const opened = await openEndpoint(fresh ? undefined : dataDir, log);
  onClose(opened.close);
  const endpoint = `http://127.0.0.1:${opened.port}`;

  const startDynamo = async () => {
    const dataPath = fresh ? undefined : join(dataDir, "dynamodb");
    const file = dataPath && join(dataPath, "shared-local-instance.db");
    const started = await startDynamoDbLocal({
      dataPath,
      java: options.java ?? (await requireJava()),
      onFailure,
    });
    onClose(started.close);
    const tables = await provisionTables(template, started.forward, names, log).catch((error: unknown) => {
      if (file === undefined || !String(error).includes("InternalFailure")) throw error;
      throw explainDatabaseFailure(started.output(), file);
    });
    const forward =
      file === undefined ? started.forward : reportDatabaseFailures(started, file, options.logError);
    return { ...started, forward, tables };
  };
  const pools = definePools(template, endpoint, names);
  const startAccounts = async () => {
    const directory = fresh ? undefined : join(dataDir, "cognito");
    const started = await startCognito({ directory, issuerBase: endpoint, pools, clock, log, onFailure });
    onClose(started.close);
    return started;
  };
  // Only services that the template uses are started.
  const starting = {
    dynamo: hasTables(template) ? startDynamo() : undefined,
    accounts: pools.length > 0 ? startAccounts() : undefined,
  };
  // Waits for both before either failure is thrown: a part that starts late would be left running.
  await Promise.allSettled([starting.dynamo, starting.accounts]);
  const dynamo = await starting.dynamo;
  const accounts = await starting.accounts;

  const location = { accountId: ACCOUNT_ID, region: REGION, endpoint: () => endpoint };
  const stores = { resources: template.resources, dataDir, fresh, clock, location };
  const s3 = createS3({
    ...stores,
    secretOf: (id) => (id === ADMIN_ACCESS_KEY_ID || proxy.knownCaller(id) ? secretKey : undefined),
    mayList: (id, resource) => {
      const caller = proxy.knownCaller(id);
      return !caller || !authorizer.refusal(caller, [{ action: "s3:ListBucket", resource }]);
    },
    functions,
    log,
  });
  onClose(s3.close);
  s3.provision(names);
  const sqs = createSqs(stores);
  onClose(sqs.close);
  sqs.provision(names);
  const sns = createSns({ resources: template.resources, clock, location });
  sns.provision(names);

  let stack: ResolvedStack | undefined;
  const authorizer = createAuthorizer({
    // Resolved at the first call: by then every resource has its name.
    stack: () => (stack ??= resolveStack(template, names)),
    nameOf: (id) => (template.resources.has(id) ? (names.findRef(id) ?? id) : id),
    log,
  });
  const writeListeners: (() => void)[] = [];
  const wakeListeners = () => {
    for (const listener of writeListeners) listener();
  };
  const services = new Map<ServiceName, Service>([
    ["s3", createS3Service(s3)],
    ["sqs", createSqsService(sqs)],
    ["sns", createSnsService(sns)],
    ["lambda", createLambdaService(template, names, functions)],
  ]);
  if (dynamo) services.set("dynamodb", createDynamoService(dynamo.forward, dynamo.tables, wakeListeners));
  if (accounts) services.set("cognito-idp", createCognitoService(accounts));
  const webSocket = findWebSocketApi(template, names);
  if (webSocket) services.set("execute-api", createConnectionsService(webSocket.apiId, options.connections));

  const [meter, faults] = [createMeter(), createFaults()];
  const poolIds = new Set(pools.map(({ id }) => id));
  const answerPublic = ({ url }: { url: string }) =>
    accounts && answerDiscovery(url, endpoint, poolIds, accounts.jwks);
  const proxy = createProxy({ services, functions, authorizer, clock, meter, faults, answerPublic, log });
  opened.serve(proxy.serve);
  // Once more, to be the first that closes: no call then meets a service that has closed.
  onClose(opened.close);
  return {
    endpoint,
    secretKey,
    dynamoEndpoint: dynamo && `http://127.0.0.1:${dynamo.port}`,
    environment: {
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_ENDPOINT_URL_SQS: endpoint,
      AWS_ENDPOINT_URL_SNS: endpoint,
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: `${endpoint}/caller/{AWS_ACCESS_KEY_ID}`,
      ...(webSocket ? { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `${endpoint}/${webSocket.stage}` } : {}),
    },
    sqs,
    sns,
    meter,
    faults,
    mail: accounts?.mail ?? { list: () => [] },
    mayCall: (functionLogicalId, action, resource) =>
      authorizer.mayCall(functionLogicalId, { action, resource }),
    onTableWrite: (listener) => void writeListeners.push(listener),
  };
}
