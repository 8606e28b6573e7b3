import { parsePayload } from "../proxy/types.ts";
import { numberOf, recordOf, textOf, textsOf } from "../template/read.ts";
import type { ResolvedStack } from "../template/types.ts";
import { compileFilter, type Filter } from "./filter.ts";

interface MappingBase {
  readonly logicalId: string;
  readonly functionLogicalId: string;
  readonly functionArn: string;
  readonly sourceArn: string;
  readonly batchSize: number;
  readonly windowMs: number;
  /** A record passes when one of them matches, or when there are none. */
  readonly filters: readonly MappingFilter[];
  readonly reportsFailures: boolean;
}

export interface MappingFilter {
  readonly test: Filter;
  /** Whether an SQS filter looks into `body` as JSON, takes it as text, or leaves it alone. */
  readonly body: "json" | "text" | "none";
}

export interface StreamMapping extends MappingBase {
  readonly kind: "stream";
  readonly startingPosition: "TRIM_HORIZON" | "LATEST";
  readonly parallelization: number;
  /** Infinity when retries end with the record's age alone. */
  readonly maximumRetries: number;
  readonly maximumAgeMs: number;
  readonly bisects: boolean;
  readonly failureQueueArn: string | undefined;
}

export interface QueueMapping extends MappingBase {
  readonly kind: "queue";
  readonly maximumConcurrency: number;
}

export type Mapping = StreamMapping | QueueMapping;

/**
 * Milliseconds for which a record lives in a stream.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */
const streamRetentionMs = 24 * 3600 * 1000;

/**
 * Batches of a queue that run at the same time. Lambda begins with five, and adds more under load.
 * Here the number stays at five.
 */
const defaultQueueConcurrency = 5;

/**
 * The template's enabled event source mappings, with Lambda's defaults filled in:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
 */
export function readMappings(stack: ResolvedStack): Mapping[] {
  const functions = functionIndex(stack);
  const mappings: Mapping[] = [];
  for (const [logicalId, { Type, Properties }] of stack.resources) {
    if (Type !== "AWS::Lambda::EventSourceMapping" || String(Properties.Enabled) === "false") continue;
    const functionName = String(Properties.FunctionName);
    const found = functions.get(functionName);
    if (found === undefined)
      throw new Error(`${logicalId}: its function ${functionName} is no function of this template.`);
    const sourceArn = String(Properties.EventSourceArn);
    const service = sourceArn.split(":")[2];
    if (service !== "dynamodb" && service !== "sqs") {
      throw new Error(`${logicalId}: the emulator reads DynamoDB streams and SQS queues, not ${sourceArn}.`);
    }
    try {
      const base = { logicalId, ...found, sourceArn, ...readCommon(Properties, service) };
      mappings.push(service === "sqs" ? queueMapping(base, Properties) : streamMapping(base, Properties));
    } catch (error) {
      throw new Error(`${logicalId}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return mappings;
}

/** Functions by name and by ARN. */
function functionIndex(
  stack: ResolvedStack,
): Map<string, { functionLogicalId: string; functionArn: string }> {
  const functions = new Map<string, { functionLogicalId: string; functionArn: string }>();
  for (const [functionLogicalId, { Type }] of stack.resources) {
    if (Type !== "AWS::Lambda::Function") continue;
    const functionArn = String(stack.resolve({ "Fn::GetAtt": [functionLogicalId, "Arn"] }));
    functions.set(functionArn, { functionLogicalId, functionArn });
    functions.set(String(stack.resolve({ Ref: functionLogicalId })), { functionLogicalId, functionArn });
  }
  return functions;
}

function readCommon(properties: Readonly<Record<string, unknown>>, service: "dynamodb" | "sqs") {
  const windowMs = (numberOf(properties.MaximumBatchingWindowInSeconds) ?? 0) * 1000;
  const batchSize = numberOf(properties.BatchSize) ?? (service === "sqs" ? 10 : 100);
  if (service === "sqs" && batchSize > 10 && windowMs === 0) {
    throw new Error("a BatchSize above 10 needs a MaximumBatchingWindowInSeconds of at least 1.");
  }
  return {
    batchSize,
    windowMs,
    filters: readFilters(properties.FilterCriteria, service),
    reportsFailures: textsOf(properties.FunctionResponseTypes).includes("ReportBatchItemFailures"),
  };
}

function readFilters(criteria: unknown, service: "dynamodb" | "sqs"): MappingFilter[] {
  const filters = recordOf(criteria).Filters;
  if (filters === undefined) return [];
  if (!Array.isArray(filters) || filters.length > 10)
    throw new Error("FilterCriteria.Filters must be a list of at most ten filters.");
  return filters.map((filter, index) => {
    const pattern = parsePayload(Buffer.from(textOf(recordOf(filter).Pattern) ?? ""));
    try {
      // The documentation says that filters see `dynamodb` alone. `eventName` works too: the CDK's
      // own example filters by it. So nothing is refused for its place.
      // https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
      const test = compileFilter(pattern, { numeric: service === "sqs" });
      const body = pattern.body === undefined ? "none" : Array.isArray(pattern.body) ? "text" : "json";
      return { test, body };
    } catch (error) {
      throw new Error(`filter ${index + 1}: ${error instanceof Error ? error.message : error}`);
    }
  });
}

function streamMapping(base: MappingBase, properties: Readonly<Record<string, unknown>>): StreamMapping {
  const startingPosition = properties.StartingPosition;
  if (startingPosition !== "TRIM_HORIZON" && startingPosition !== "LATEST") {
    throw new Error("StartingPosition must be TRIM_HORIZON or LATEST for a DynamoDB stream.");
  }
  if (properties.TumblingWindowInSeconds !== undefined)
    throw new Error("the emulator has no tumbling windows.");
  const retries = numberOf(properties.MaximumRetryAttempts) ?? -1;
  const age = numberOf(properties.MaximumRecordAgeInSeconds) ?? -1;
  const destination = textOf(recordOf(recordOf(properties.DestinationConfig).OnFailure).Destination);
  if (destination !== undefined && !destination.startsWith("arn:aws:sqs:")) {
    throw new Error(`the emulator sends failed batches to SQS queues, not to ${destination}.`);
  }
  return {
    ...base,
    kind: "stream",
    startingPosition,
    parallelization: numberOf(properties.ParallelizationFactor) ?? 1,
    maximumRetries: retries < 0 ? Number.POSITIVE_INFINITY : retries,
    maximumAgeMs: age < 0 ? streamRetentionMs : age * 1000,
    bisects: String(properties.BisectBatchOnFunctionError) === "true",
    failureQueueArn: destination,
  };
}

function queueMapping(base: MappingBase, properties: Readonly<Record<string, unknown>>): QueueMapping {
  const maximum = numberOf(recordOf(properties.ScalingConfig).MaximumConcurrency);
  if (maximum !== undefined && (maximum < 2 || maximum > 1000)) {
    throw new Error("ScalingConfig.MaximumConcurrency must be between 2 and 1000.");
  }
  return { ...base, kind: "queue", maximumConcurrency: maximum ?? defaultQueueConcurrency };
}
