import { join, resolve } from "node:path";
import type { RunnerOptions } from "../../../local/options.ts";
import { synthesize } from "../../../local/synthesize.ts";
import { createHttpGateway } from "./api-gateway/http/create-http-gateway.ts";
import {
  createWebSocketGateway,
  type WebSocketGateway,
} from "./api-gateway/websocket/create-websocket-gateway.ts";
import { ADMIN_ACCESS_KEY_ID, startAws } from "./aws.ts";
import { createClock } from "./clock.ts";
import { createControlServer } from "./control/create-control-server.ts";
import { openDataDirectory, openTemporaryDirectory } from "./data-directory.ts";
import { startEventSources } from "./event-sources/index.ts";
import { createGatewayServer } from "./gateway-server.ts";
import { createFunctionHost, type OwnedFunctionHost } from "./lambda/create-function-host.ts";
import { listen, stopListening } from "./listen.ts";
import { outputsOf } from "./outputs.ts";
import { checkPrerequisites } from "./prerequisites.ts";
import { shortFunctionName } from "./proxy/function-names.ts";
import type { Report } from "./report.ts";
import { loadTemplate } from "./template/load-template.ts";
import { createNames } from "./template/names.ts";
import { REGION } from "./template/pseudo-parameters.ts";
import { resolveStack } from "./template/resolve-stack.ts";

/** The URLs and ids that a client needs; the pool's are null with an external issuer. */
interface Addresses {
  readonly httpUrl: string;
  readonly webSocketUrl: string;
  readonly userPoolId: string | null;
  readonly userPoolClientId: string | null;
  readonly controlUrl: string;
  /** The one endpoint of DynamoDB, S3, SQS, SNS, Cognito and Lambda, for tools that look behind the APIs. */
  readonly awsUrl: string;
  readonly tableName: string | null;
  /** Who may do anything there, without policies, faults and meter. */
  readonly operator: {
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  /** What the stack puts out, such as the URLs of its queues; those of its APIs are the two above. */
  readonly outputs: Readonly<Record<string, string>>;
}

export interface Runner {
  readonly addresses: Addresses;
  readonly dataDir: string;
  /** Stops every process, worker and server. */
  close(): Promise<void>;
}

/**
 * Serves the whole stack on this machine: synthesizes it, starts the stores, the functions' workers and the gateways.
 * `onFailure` hears of a part that ends by itself later on.
 */
export async function startRunner(
  options: RunnerOptions,
  report: Report,
  onFailure: (error: Error) => void,
): Promise<Runner> {
  const closers: Array<() => unknown> = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) {
      try {
        await closer();
      } catch (error) {
        // The others must still end.
        report.line("runner", error instanceof Error ? (error.stack ?? error.message) : String(error));
      }
    }
  };
  try {
    const started = await startParts(options, report, onFailure, (closer) => closers.push(closer));
    return { ...started, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startParts(
  options: RunnerOptions,
  report: Report,
  onFailure: (error: Error) => void,
  onClose: (closer: () => unknown) => void,
): Promise<Omit<Runner, "close">> {
  const log = (source: string) => (line: string) => report.line(source, line);
  await checkPrerequisites();
  const data = options.fresh ? openTemporaryDirectory() : openDataDirectory(options.dataDir);
  onClose(data.release);
  // Also when the start itself is interrupted.
  process.once("exit", data.release);

  const gatewayServer = await createGatewayServer(options.port);
  onClose(gatewayServer.close);

  const templateDir = resolve(options.templateDir ?? join(data.path, "cdk.out"));
  if (!options.templateDir) {
    report.step("synthesizing the stack: the first time, while functions are bundled, takes longest");
    await synthesize(templateDir, options.context);
    report.step("the stack is synthesized");
  }
  const template = loadTemplate(templateDir);
  const names = createNames(template);
  const clock = createClock();

  let webSocket: WebSocketGateway | undefined;
  let functions: OwnedFunctionHost | undefined;
  const aws = await startAws({
    template,
    names,
    dataDir: data.path,
    fresh: options.fresh,
    clock,
    functions: () => started(functions),
    connections: () => started(webSocket).connections,
    log: log("aws"),
    onFailure,
  });
  onClose(aws.close);
  report.step("DynamoDB, Cognito, S3, SQS and SNS answer");

  const stack = resolveStack(template, names);
  functions = createFunctionHost({
    template,
    stack,
    endpoints: aws.environment,
    clock,
    concurrency: options.concurrency,
    log: (functionLogicalId, line) => report.line(shortFunctionName(functionLogicalId), line),
    onInvoke: ({ functionLogicalId, operation }) => aws.meter.invoked(functionLogicalId, operation),
  });
  onClose(functions.close);
  functions.prewarm();
  webSocket = createWebSocketGateway({
    stack,
    functions,
    clock,
    log: log("websocket"),
    limits: {
      ...(options.idleMs !== undefined && { idleMs: options.idleMs }),
      ...(options.maxConnectionMs !== undefined && { durationMs: options.maxConnectionMs }),
    },
  });
  onClose(webSocket.close);
  gatewayServer.open(createHttpGateway({ stack, functions, clock, log: log("http") }), webSocket);

  const sources = await startEventSources({
    stack,
    functions,
    dynamoEndpoint: aws.dynamoEndpoint,
    sqs: aws.sqs,
    clock,
    region: REGION,
    dataDir: data.path,
    fresh: options.fresh,
    log: log("aws"),
    mayCall: aws.mayCall,
  });
  onClose(sources.close);
  aws.onTableWrite(sources.wake);

  const host = functions;
  const control = createControlServer({
    meter: aws.meter,
    faults: aws.faults,
    clock,
    mail: aws.mail,
    published: aws.sns.published,
    waitingFor: () => [
      ...(host.underWay > 0 ? [`${host.underWay} invocations`] : []),
      ...sources.waitingFor(),
    ],
  });
  const controlPort = await listen(control, 0);
  onClose(() => stopListening(control));
  report.step("the HTTP and WebSocket APIs answer");

  const authority = `127.0.0.1:${gatewayServer.port}`;
  return {
    dataDir: data.path,
    addresses: {
      httpUrl: `http://${authority}`,
      webSocketUrl: `ws://${authority}${webSocket.path}`,
      userPoolId: stack.outputs.get("UserPoolId") ?? null,
      userPoolClientId: stack.outputs.get("UserPoolClientId") ?? null,
      controlUrl: `http://127.0.0.1:${controlPort}`,
      awsUrl: aws.endpoint,
      tableName: stack.outputs.get("TableName") ?? null,
      operator: { region: REGION, accessKeyId: ADMIN_ACCESS_KEY_ID, secretAccessKey: aws.secretKey },
      outputs: outputsOf(stack, authority),
    },
  };
}

/** A part that others hold before it exists; nothing calls it that early. */
function started<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new Error("A part of the runner was used before it started.");
  return part;
}
