/** What cannot be measured on this machine, stated. `docs/deploying.md` repeats it for whoever pays. */

/** The memory of each function: lib/constructs/parley-function.ts. */
export const functionGigabytes = 0.5;

/** The calls of DynamoDB that a send makes, and whose time is in the first of the following. */
const usualCalls = 6;

/**
 * How long functions run on AWS for one message, in milliseconds: 50 for each invocation, with the calls of a send; 5
 * more of a third of a processor, which is what 512 MB come with, for each post and each further call. A deployed stack
 * tells its own in `platform.report` of the functions' logs.
 */
export function functionMilliseconds(counts: {
  readonly invocations: number;
  readonly calls: number;
  readonly posts: number;
}): number {
  return 50 * counts.invocations + 5 * (counts.posts + Math.max(0, counts.calls - usualCalls));
}

/** CloudWatch Logs adds this to each event. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const eventBytes = 26;

// What Lambda itself writes for each invocation, in the form that JSON logs have:
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
const invocationLines = [
  `{"time":"2026-11-21T12:00:00.000Z","type":"platform.start","record":{"requestId":"00000000-0000-4000-8000-000000000000","functionArn":"arn:aws:lambda:us-east-1:123456789012:function:Parley-messagesFunction00000000-000000000000","version":"$LATEST"}}`,
  `{"time":"2026-11-21T12:00:00.060Z","type":"platform.report","record":{"requestId":"00000000-0000-4000-8000-000000000000","metrics":{"durationMs":59.123,"billedDurationMs":60,"memorySizeMB":512,"maxMemoryUsedMB":110},"status":"success"}}`,
];

export const invocationLogBytes = invocationLines.reduce((sum, line) => sum + line.length + eventBytes, 0);

/** The values of an access log of a send, as long as they are on AWS, by the names that the stack gives them. */
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

/** The bytes of one line of the HTTP API's access log, of these fields. Throws for a field without a value. */
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

/** DynamoDB adds this to each item that is stored. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export const itemOverheadBytes = 100;
