import { join, resolve } from "node:path";
import { createHttpGateway } from "./api-gateway/http/create-http-gateway.ts";
import {
  createWebSocketGateway,
  type WebSocketGateway,
} from "./api-gateway/websocket/create-websocket-gateway.ts";
import { startAws } from "./aws.ts";
import { createClock, longestTimerMs } from "./clock.ts";
import { createControlServer } from "./control/create-control-server.ts";
import { createLogs } from "./control/logs.ts";
import { createRequestLog } from "./control/request-log.ts";
import { openDataDirectory, openTemporaryDirectory } from "./data-directory.ts";
import { startEventSources } from "./event-sources/index.ts";
import { createGatewayServer } from "./gateway-server.ts";
import { createFunctionHost, type OwnedFunctionHost } from "./lambda/create-function-host.ts";
import { readableLog } from "./lambda/readable-log.ts";
import { createSourceMaps } from "./lambda/source-maps.ts";
import { listen, stopListening } from "./listen.ts";
import { outputsOf } from "./outputs.ts";
import { shortFunctionName } from "./proxy/function-names.ts";
import { ADMIN_ACCESS_KEY_ID } from "./proxy/types.ts";
import type { Report } from "./report.ts";
import { loadTemplate } from "./template/load-template.ts";
import { createNames } from "./template/names.ts";
import { REGION } from "./template/pseudo-parameters.ts";
import { resourcesOfType } from "./template/read.ts";
import { resolveStack } from "./template/resolve-stack.ts";
import { unservedTypes } from "./template/unserved-types.ts";

export interface EmulatorOptions {
  /**
   * The cloud assembly to serve, which `cdk synth` writes to `cdk.out`; or a function that makes
   * one and returns its folder. It is called with the data folder, as soon as the folder and the
   * port belong to this emulator.
   */
  readonly template: string | ((dataDir: string) => Promise<string>);
  /** The port of the HTTP and WebSocket API; 0 takes any free one. */
  readonly port: number;
  readonly dataDir: string;
  /** Begins with no data and keeps none. */
  readonly fresh: boolean;
  /**
   * The folder relative to which the source maps of the template's functions name their sources.
   * @default - the folder of each function's code
   */
  readonly sourceRoot?: string | undefined;
  /** Workers of one function at most. */
  readonly concurrency: number;
  /**
   * Whether no worker starts before the first call of its function. The start takes less processor
   * time, and each function's first call more.
   */
  readonly isCold?: boolean;
  /**
   * Whether a debugger may attach: functions then have no time limits, and source maps with whole
   * paths.
   */
  readonly debug?: boolean;
  /** Reports each request and each frame. */
  readonly logRequests?: boolean;
  /**
   * Milliseconds without a frame after which a WebSocket connection is closed. @default - 10
   * minutes
   */
  readonly idleMs?: number | undefined;
  /** Milliseconds after which a WebSocket connection is closed in any case. @default - 2 hours */
  readonly maxConnectionMs?: number | undefined;
}

/** The URLs and ids that a client needs. */
export interface Addresses {
  /** Null when the template has no HTTP API. */
  readonly httpUrl: string | null;
  /** Null when the template has no WebSocket API. */
  readonly webSocketUrl: string | null;
  readonly controlUrl: string;
  /**
   * The one endpoint of DynamoDB, S3, SQS, SNS, Cognito and Lambda, for tools that look behind the
   * APIs.
   */
  readonly awsUrl: string;
  /** The credentials that may do anything there, without policies, faults and meter. */
  readonly operator: {
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  /** The outputs of the stack; URLs of its APIs are those above. */
  readonly outputs: Readonly<Record<string, string>>;
}

export interface Emulator {
  readonly addresses: Addresses;
  readonly dataDir: string;
  /**
   * Runs the module `file` in place of a function's code, from the next invocation on; connections
   * stay open. `name` is a logical id, or a logical id without what the CDK adds to it.
   */
  replaceCode(name: string, file: string): void;
  /** Stops every process, worker and server. */
  close(): Promise<void>;
}

/**
 * Serves a synthesized stack on this machine: starts the stores, the functions' workers and the
 * gateways. Calls `onFailure` when a part ends by itself later on.
 */
export async function startEmulator(
  options: EmulatorOptions,
  report: Report,
  onFailure: (error: Error) => void,
): Promise<Emulator> {
  const closers: Array<() => unknown> = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) {
      try {
        await closer();
      } catch (error) {
        // The others must still end.
        report.line("emulator", error instanceof Error ? (error.stack ?? error.message) : String(error));
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
  options: EmulatorOptions,
  report: Report,
  onFailure: (error: Error) => void,
  onClose: (closer: () => unknown) => void,
): Promise<Omit<Emulator, "close">> {
  const log = (source: string) => (line: string) => report.line(source, line);
  const data = options.fresh ? openTemporaryDirectory() : openDataDirectory(options.dataDir);
  onClose(data.release);
  // Also when the start itself is interrupted.
  process.once("exit", data.release);

  const gatewayServer = await createGatewayServer(options.port);
  onClose(gatewayServer.close);

  const { template: given } = options;
  const templateDir = resolve(typeof given === "string" ? given : await given(data.path));
  const template = loadTemplate(templateDir);
  const unserved = unservedTypes(template);
  if (unserved.length > 0) log("template")(`not served: ${unserved.join(", ")}`);
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
    functions: () => requireStarted(functions),
    connections: () => requireStarted(webSocket).connections,
    log: log("aws"),
    logError: (line) => report.line("aws", line, true),
    onFailure,
  });
  onClose(aws.close);
  report.step("the AWS services answer");

  const stack = resolveStack(template, names);
  const sourceMaps = createSourceMaps({ assetsDir: templateDir, sourceRoot: options.sourceRoot });
  const longestTimeoutMs = options.debug ? longestTimerMs : undefined;
  const logs = createLogs();
  const requestLog = options.logRequests ? createRequestLog(aws.meter, report.request) : undefined;
  functions = createFunctionHost({
    template,
    stack,
    endpoints: aws.environment,
    clock,
    concurrency: options.concurrency,
    debug: options.debug ? { folder: join(data.path, "debug"), sourceRoot: options.sourceRoot } : undefined,
    log(entry) {
      const { functionLogicalId, requestId, gatewayRequestId, isError, text } = readableLog(
        entry,
        sourceMaps,
      );
      const name = shortFunctionName(functionLogicalId);
      report.line(name, text, isError);
      logs.add({
        at: new Date(clock.now()).toISOString(),
        function: name,
        request_id: requestId ?? null,
        gateway_request_id: gatewayRequestId ?? null,
        error: isError,
        text,
      });
    },
    onInvoke(caller, gatewayRequestId) {
      aws.meter.invoked(caller.functionLogicalId, caller.operation);
      if (gatewayRequestId !== undefined) requestLog?.invoked(caller, gatewayRequestId);
    },
  });
  onClose(functions.close);
  if (!options.isCold) functions.prewarm();
  const served = resourcesOfType(stack, "AWS::ApiGatewayV2::Api").values();
  const protocols = Array.from(served, ({ Properties }) => Properties.ProtocolType);
  if (protocols.includes("WEBSOCKET")) {
    webSocket = createWebSocketGateway({
      stack,
      functions,
      clock,
      log: log("websocket"),
      onAnswered: requestLog?.answered,
      longestTimeoutMs,
      limits: {
        ...(options.idleMs !== undefined && { idleMs: options.idleMs }),
        ...(options.maxConnectionMs !== undefined && { durationMs: options.maxConnectionMs }),
      },
    });
    onClose(webSocket.close);
  }
  const http = protocols.includes("HTTP")
    ? createHttpGateway({
        stack,
        functions,
        clock,
        log: log("http"),
        onAnswered: requestLog?.answered,
        longestTimeoutMs,
      })
    : undefined;
  gatewayServer.open(http, webSocket);

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
    logs,
    published: aws.sns.published,
    waitingFor: () => [
      ...(host.underWay > 0 ? [`${host.underWay} invocations`] : []),
      ...sources.waitingFor(),
    ],
  });
  const controlPort = await listen(control, 0);
  onClose(() => stopListening(control));
  report.step("the APIs answer");

  const authority = `127.0.0.1:${gatewayServer.port}`;
  return {
    dataDir: data.path,
    replaceCode: host.replaceCode,
    addresses: {
      httpUrl: http ? `http://${authority}` : null,
      webSocketUrl: webSocket ? `ws://${authority}${webSocket.path}` : null,
      controlUrl: `http://127.0.0.1:${controlPort}`,
      awsUrl: aws.endpoint,
      operator: { region: REGION, accessKeyId: ADMIN_ACCESS_KEY_ID, secretAccessKey: aws.secretKey },
      outputs: outputsOf(stack, authority),
    },
  };
}

/** A part that others hold before it exists; nothing calls it that early. */
function requireStarted<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new Error("A part of the emulator was used before it started.");
  return part;
}
