import type { Mapping } from "./mapping.ts";

const streamActions = ["GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"];
const queueActions = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"];

/**
 * Lambda polls with the function's role and refuses a mapping whose role lacks a grant:
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html#events-dynamodb-permissions
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
export function requirePermissions(
  mappings: readonly Mapping[],
  mayCall: ((functionLogicalId: string, action: string, resource: string) => boolean) | undefined,
): void {
  if (mayCall === undefined) return;
  for (const mapping of mappings) {
    for (const [action, resource] of needs(mapping)) {
      if (mayCall(mapping.functionLogicalId, action, resource)) continue;
      throw new Error(
        `${mapping.logicalId}: the execution role of ${mapping.functionLogicalId} does not have permission to call ${action} on ${resource}. Grant it in the stack.`,
      );
    }
  }
}

function needs(mapping: Mapping): [string, string][] {
  if (mapping.kind === "queue") return queueActions.map((action) => [`sqs:${action}`, mapping.sourceArn]);
  const stream = streamActions.map((action): [string, string] => [
    `dynamodb:${action}`,
    // ListStreams knows no resource.
    action === "ListStreams" ? "*" : mapping.sourceArn,
  ]);
  return mapping.failureQueueArn === undefined
    ? stream
    : [...stream, ["sqs:SendMessage", mapping.failureQueueArn]];
}
