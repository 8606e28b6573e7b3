/** Which function, worker and running invocation an access key id belongs to. */
export interface Caller {
  readonly functionLogicalId: string;
  readonly roleLogicalId: string;
  readonly requestId: string;
  readonly operation: string | undefined;
}

/** A text that a function printed, or a text about it. */
export interface FunctionLog {
  readonly functionLogicalId: string;
  /** The invocation that it belongs to; undefined before the first one. */
  readonly requestId: string | undefined;
  /** The id that API Gateway gave to the request behind the invocation. */
  readonly gatewayRequestId: string | undefined;
  /** Whether it went to stderr. */
  readonly isError: boolean;
  readonly text: string;
}

/** `timeout`: ended by its time limit. `crash`: its worker ended. `unhandled`: its code threw. */
type FunctionErrorKind = "timeout" | "crash" | "unhandled";

/**
 * Why an invocation gave no result; `errorType` and `message` are those that Lambda would report.
 */
export class FunctionError extends Error {
  readonly kind: FunctionErrorKind;
  readonly errorType: string;

  constructor(kind: FunctionErrorKind, errorType: string, message: string) {
    super(message);
    this.name = "FunctionError";
    this.kind = kind;
    this.errorType = errorType;
  }
}

/** The functions of the stack, run in workers. */
export interface FunctionHost {
  /**
   * Runs one invocation in a free worker. Rejects with a FunctionError. `operation` is its label on
   * the meter.
   */
  invoke(logicalId: string, event: unknown, meta?: { operation?: string }): Promise<unknown>;
  /**
   * Ends the worker with this access key id at once (fault injection: a crash); its invocation
   * rejects with kind 'crash'.
   */
  crash(accessKeyId: string): void;
  /**
   * Which function, worker and running invocation an access key id belongs to; undefined when
   * unknown.
   */
  caller(accessKeyId: string): Caller | undefined;
}
