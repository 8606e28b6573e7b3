import { Worker } from "node:worker_threads";
import type { Clock } from "../clock.ts";
import { isRecord } from "../proxy/types.ts";
import { StartError } from "../start-error.ts";
import type { Log } from "../store.ts";
import type { FromWorker, Mail, ToWorker, WorkerSettings } from "./messages.ts";
import type { PoolDefinition } from "./pools.ts";
import type { CognitoRequest } from "./users.ts";

export interface Cognito {
  /** The keys that its tokens are signed with, as a JSON Web Key Set. */
  readonly jwks: string;
  call(target: string, request: CognitoRequest): Promise<{ status: number; body: string }>;
  /** The codes that were sent, oldest first. */
  readonly mail: { list(): readonly Mail[] };
  close(): Promise<void>;
}

/**
 * Starts cognito-local in a thread of its own. Its server is not used: it answers a discovery
 * document with a fixed issuer, and prints codes as a picture; its operations are called by
 * messages instead.
 */
export async function startCognito(options: {
  readonly directory: string | undefined;
  readonly issuerBase: string;
  readonly pools: readonly PoolDefinition[];
  readonly clock: Clock;
  readonly log: Log;
  /** Called when it ends by itself later on. */
  readonly onFailure: (error: Error) => void;
}): Promise<Cognito> {
  const { directory, issuerBase, pools, clock, log, onFailure } = options;
  for (const { id, properties } of pools) {
    const triggers = Object.keys(isRecord(properties.LambdaConfig) ? properties.LambdaConfig : {});
    if (triggers.length > 0) {
      throw new Error(
        `The user pool ${id} has the triggers ${triggers.join(", ")}, which the emulator does not serve.`,
      );
    }
  }
  const workerData: WorkerSettings = { directory, issuerBase, pools, clockOffsetMs: clock.offsetMs };
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
  const send = (message: ToWorker) => worker.postMessage(message);
  const waiting = new Map<number, (answer: { status: number; body: string }) => void>();
  const sent: Mail[] = [];
  let nextId = 0;
  let closed = () => {};

  const jwks = await new Promise<string>((resolve, reject) => {
    // An error from a thread keeps its name, and loses its class.
    worker.once("error", (error: unknown) =>
      reject(error instanceof Error && error.name === "StartError" ? new StartError(error.message) : error),
    );
    worker.once("exit", () => reject(new Error("The local Cognito ended while it started.")));
    worker.on("message", (message: FromWorker) => {
      if (message.type === "ready") resolve(message.jwks);
      else if (message.type === "closed") closed();
      else if (message.type === "mail") {
        sent.push(message.mail);
        log(`mail to ${message.mail.to}: code ${message.mail.code} (${message.mail.kind})`);
      } else {
        waiting.get(message.id)?.({ status: message.status, body: message.body });
        waiting.delete(message.id);
      }
    });
  });
  worker.removeAllListeners("exit");
  worker.on("error", (error) => onFailure(new Error(`The local Cognito ended: ${error.message}`)));
  clock.onAdvance(() => send({ type: "clock", offsetMs: clock.offsetMs }));

  return {
    jwks,
    mail: { list: () => [...sent] },
    call: (target, request) =>
      new Promise((resolve) => {
        const id = nextId++;
        waiting.set(id, resolve);
        send({ type: "call", id, target, request });
      }),
    async close() {
      const flushed = new Promise<void>((resolve) => {
        closed = resolve;
        worker.once("exit", () => resolve());
      });
      send({ type: "close" });
      await flushed;
      await worker.terminate();
    },
  };
}
