import { numberOf, recordOf, textsOf } from "../template/read.ts";
import type { Resource } from "../template/types.ts";

export interface CorsRule {
  readonly allowedHeaders: readonly string[];
  readonly allowedMethods: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly exposedHeaders: readonly string[];
  readonly maxAgeSeconds: number | undefined;
}

export interface LifecycleRule {
  readonly id: string;
  readonly prefix: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly days: number | undefined;
  /** Milliseconds since the epoch. */
  readonly date: number | undefined;
  readonly sizeAbove: number | undefined;
  readonly sizeBelow: number | undefined;
}

export interface BucketConfig {
  readonly logicalId: string;
  readonly name: string;
  readonly cors: readonly CorsRule[];
  readonly lifecycle: readonly LifecycleRule[];
}

/**
 * Reads the properties of an AWS::S3::Bucket that the store needs. Bucket policies are not
 * evaluated: the usual one denies requests for which `aws:SecureTransport` is false, and loopback
 * has no TLS. The proxy in front checks calls of functions against their roles.
 */
export function readBucketConfig(logicalId: string, resource: Resource): BucketConfig {
  const properties = resource.Properties;
  const given = properties.BucketName;
  const name = typeof given === "string" ? given : generatedName(logicalId);
  const cors = recordOf(properties.CorsConfiguration).CorsRules;
  const lifecycle = recordOf(properties.LifecycleConfiguration).Rules;
  return {
    logicalId,
    name,
    cors: list(cors).map(readCorsRule),
    lifecycle: list(lifecycle)
      .filter((rule) => rule.Status === "Enabled")
      .map(readLifecycleRule)
      .filter((rule) => rule.days !== undefined || rule.date !== undefined),
  };
}

/**
 * CloudFormation would make up a name with a random end; here it stays the same from one run to the
 * next.
 */
const generatedName = (logicalId: string): string =>
  `local-${logicalId.toLowerCase().replace(/[^a-z0-9]/g, "")}`.slice(0, 63);

function readCorsRule(rule: Readonly<Record<string, unknown>>): CorsRule {
  return {
    allowedHeaders: textsOf(rule.AllowedHeaders),
    allowedMethods: textsOf(rule.AllowedMethods),
    allowedOrigins: textsOf(rule.AllowedOrigins),
    exposedHeaders: textsOf(rule.ExposedHeaders),
    maxAgeSeconds: numberOf(rule.MaxAge),
  };
}

function readLifecycleRule(rule: Readonly<Record<string, unknown>>, index: number): LifecycleRule {
  const date = typeof rule.ExpirationDate === "string" ? Date.parse(rule.ExpirationDate) : undefined;
  return {
    id: typeof rule.Id === "string" ? rule.Id : `rule-${index + 1}`,
    prefix: typeof rule.Prefix === "string" ? rule.Prefix : "",
    tags: new Map(list(rule.TagFilters).map((tag) => [String(tag.Key), String(tag.Value)])),
    days: numberOf(rule.ExpirationInDays),
    date,
    sizeAbove: numberOf(rule.ObjectSizeGreaterThan),
    sizeBelow: numberOf(rule.ObjectSizeLessThan),
  };
}

/**
 * The objects of a list in the template; anything else in it is no list item that CloudFormation
 * takes.
 */
export const list = (value: unknown): Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.map(recordOf) : [];
