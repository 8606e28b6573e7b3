import type { Clock } from "../clock.ts";
import { S3Error } from "./errors.ts";

/**
 * Gives the secret of an access key id, also of one whose worker has ended: a presigned URL
 * outlives its signer.
 */
export type SecretOf = (accessKeyId: string) => string | undefined;

export interface SignatureContext {
  readonly clock: Clock;
  readonly region: string;
  readonly secretOf: SecretOf;
}

/**
 * The credential scope `<access key id>/<yyyymmdd>/<region>/s3/aws4_request`, checked for form,
 * region and service.
 */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly date: string;
  readonly secret: string;
}

export function credentialScope(credential: string, context: SignatureContext): CredentialScope {
  const [accessKeyId, date, region, service, end, ...rest] = credential.split("/");
  if (
    accessKeyId === undefined ||
    date === undefined ||
    rest.length > 0 ||
    end !== "aws4_request" ||
    !/^\d{8}$/.test(date)
  ) {
    throw malformed(
      `The Credential is malformed; expecting "<access key id>/YYYYMMDD/${context.region}/s3/aws4_request".`,
    );
  }
  if (service !== "s3") throw malformed(`The credential's service '${service}' is wrong; expecting 's3'`);
  if (region !== context.region) {
    throw malformed(
      `The authorization header is malformed; the region '${region}' is wrong; expecting '${context.region}'`,
      {
        Region: context.region,
      },
    );
  }
  const secret = context.secretOf(accessKeyId);
  if (secret === undefined) {
    throw new S3Error(
      403,
      "InvalidAccessKeyId",
      "The AWS Access Key Id you provided does not exist in our records.",
      {
        AWSAccessKeyId: accessKeyId,
      },
    );
  }
  return { accessKeyId, date, secret };
}

export function parseAmzDate(text: string): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match.map(Number);
  return new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second));
}

export const malformed = (message: string, facts: Record<string, string> = {}): S3Error =>
  new S3Error(400, "AuthorizationHeaderMalformed", message, facts);
