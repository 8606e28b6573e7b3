/**
 * The values that this machine cannot measure. `docs/deploying.md` repeats them for the operator,
 * who pays.
 */

/** The memory of each function: lib/constructs/parley-function.ts. */
export const functionGigabytes = 0.5;

/** The calls of DynamoDB in a send. Their time is part of the 50 ms of the first invocation. */
const usualCalls = 6;

/**
 * Returns the milliseconds that functions run on AWS for one message. Each invocation takes 50,
 * with the calls of a send. Each post and each further call takes 5 more, on the third of a
 * processor that 512 MB come with. A deployed stack logs its own times in `platform.report`.
 */
export function functionMilliseconds(counts: {
  readonly invocations: number;
  readonly calls: number;
  readonly posts: number;
}): number {
  return 50 * counts.invocations + 5 * (counts.posts + Math.max(0, counts.calls - usualCalls));
}

/**
 * CloudWatch Logs adds this to each event.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
const eventBytes = 26;

// The lines that Lambda itself writes for each invocation, in the form of JSON logs:
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
const invocationLines = [
  `{"time":"2026-11-21T12:00:00.000Z","type":"platform.start","record":{"requestId":"00000000-0000-4000-8000-000000000000","functionArn":"arn:aws:lambda:us-east-1:123456789012:function:Parley-messagesFunction00000000-000000000000","version":"$LATEST"}}`,
  `{"time":"2026-11-21T12:00:00.060Z","type":"platform.report","record":{"requestId":"00000000-0000-4000-8000-000000000000","metrics":{"durationMs":59.123,"billedDurationMs":60,"memorySizeMB":512,"maxMemoryUsedMB":110},"status":"success"}}`,
];

export const invocationLogBytes = invocationLines.reduce((sum, line) => sum + line.length + eventBytes, 0);

/**
 * The values of a send's access log, as long as they are on AWS, by the names that the stack gives
 * them.
 */
const accessLogValues: Readonly<Record<string, string>> = {
  request_id: "AbCdEfGhIjKlMnO=",
  time: "21/Nov/2026:12:00:00 +0000",
  source_ip: "203.0.113.200",
  protocol: "HTTP/1.1",
  method: "POST",
  route: "POST /api/chat/rooms/{proxy+}",
  path: "/api/chat/rooms/00000000-0000-4000-8000-000000000000/messages",
  status: "201",
  response_bytes: "1200",
  latency_ms: "70",
  function_latency_ms: "68",
  function_status: "200",
  user_id: "00000000-0000-4000-8000-000000000000",
  gateway_error: "-",
};

/**
 * Returns the bytes of one line of the HTTP API's access log with these fields. Throws for a field
 * without a value.
 */
export function accessLogBytes(fields: readonly string[]): number {
  const line = Object.fromEntries(
    fields.map((field) => {
      const value = accessLogValues[field];
      if (value === undefined) throw new Error(`How long is ${field} of the access log? State it here.`);
      return [field, value];
    }),
  );
  return JSON.stringify(line).length + eventBytes;
}

/**
 * DynamoDB adds this to each stored item.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export const itemOverheadBytes = 100;
