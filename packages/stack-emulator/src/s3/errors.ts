import { element, xmlDocument } from "./xml.ts";

/**
 * An error that S3 answers with: code, HTTP status, message and further XML elements. Codes:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export class S3Error extends Error {
  readonly code: string;
  readonly status: number;
  readonly facts: Record<string, string>;

  constructor(status: number, code: string, message: string, facts: Record<string, string> = {}) {
    super(message);
    this.name = "S3Error";
    this.status = status;
    this.code = code;
    this.facts = facts;
  }
}

export const accessDenied = (message = "Access Denied", facts: Record<string, string> = {}): S3Error =>
  new S3Error(403, "AccessDenied", message, facts);

export const invalidArgument = (message: string, name: string, value: string): S3Error =>
  new S3Error(400, "InvalidArgument", message, { ArgumentName: name, ArgumentValue: value });

/** For what S3 can do and this store can't: it says so, and never pretends. */
export const notImplemented = (what: string): S3Error =>
  new S3Error(501, "NotImplemented", `The local S3 does not serve ${what}.`);

export function errorBody(error: S3Error, resource: string, requestId: string): string {
  const facts = Object.entries(error.facts).map(([name, value]) => element(name, value));
  const parts = [
    element("Code", error.code),
    element("Message", error.message),
    ...facts,
    element("Resource", resource),
    element("RequestId", requestId),
  ];
  return xmlDocument(`<Error>${parts.join("")}</Error>`);
}
