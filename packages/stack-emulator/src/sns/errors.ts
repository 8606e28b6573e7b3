import { element } from "../s3/xml.ts";

/**
 * An error that SNS answers with: code, HTTP status and message.
 * https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html
 */
export class SnsError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "SnsError";
    this.status = status;
    this.code = code;
  }
}

export const invalidParameter = (what: string): SnsError =>
  new SnsError(400, "InvalidParameter", `Invalid parameter: ${what}`);

export const noSuchTopic = (): SnsError => new SnsError(404, "NotFound", "Topic does not exist");

/** https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#operation-error-serialization */
export const errorBody = (code: string, message: string, requestId: string): string =>
  `<ErrorResponse ${snsNamespace}><Error><Type>Sender</Type>${element("Code", code)}${element("Message", message)}</Error>` +
  `${element("RequestId", requestId)}</ErrorResponse>`;

export const snsNamespace = 'xmlns="http://sns.amazonaws.com/doc/2010-03-31/"';
