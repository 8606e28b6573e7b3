/**
 * An error that SQS answers with. `code` is the name of the query protocol, which the JSON protocol
 * repeats in a header and SDK v3 takes as the error's name:
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html Errors of each action:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
 */
export class SqsError extends Error {
  readonly code: string;
  /** The shape's name in the JSON protocol. */
  readonly shape: string;

  constructor(shape: string, message: string, code: string = shape) {
    super(message);
    this.name = "SqsError";
    this.shape = shape;
    this.code = code;
  }
}

export const invalidParameter = (message: string): SqsError =>
  new SqsError("InvalidParameterValueException", message, "InvalidParameterValue");

export const missingParameter = (name: string): SqsError =>
  new SqsError(
    "MissingRequiredParameterException",
    `The request must contain the parameter ${name}.`,
    "MissingParameter",
  );

export const invalidAttribute = (message: string): SqsError =>
  new SqsError("InvalidAttributeName", message, "InvalidAttributeName");

export const unsupported = (message: string): SqsError =>
  new SqsError("UnsupportedOperation", message, "AWS.SimpleQueueService.UnsupportedOperation");

export const noSuchQueue = (): SqsError =>
  new SqsError(
    "QueueDoesNotExist",
    "The specified queue does not exist.",
    "AWS.SimpleQueueService.NonExistentQueue",
  );
