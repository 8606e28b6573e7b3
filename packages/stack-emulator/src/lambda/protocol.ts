/** The data with which a worker starts. */
export interface WorkerStart {
  readonly file: string;
  readonly exportName: string;
  /** The clock's offset in milliseconds, one Float64. */
  readonly sharedOffset: SharedArrayBuffer;
}

/**
 * One invocation. JSON, as between Lambda and its runtime, so that what a function sees is what
 * survives JSON.
 */
export interface InvokeMessage {
  readonly requestId: string;
  readonly eventJson: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  readonly logStream: string;
  /** Milliseconds since the epoch on the machine's own clock. */
  readonly deadline: number;
}

/** A message of a worker. */
export type WorkerMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly errorType: string; readonly message: string }
  | { readonly kind: "result"; readonly requestId: string; readonly resultJson: string }
  | {
      readonly kind: "error";
      readonly requestId: string;
      readonly errorType: string;
      readonly message: string;
    }
  | {
      /**
       * A text that the function printed, usually a line. `requestId` is that of the latest
       * invocation.
       */
      readonly kind: "log";
      readonly stream: "stdout" | "stderr";
      readonly requestId: string | undefined;
      readonly text: string;
    };
