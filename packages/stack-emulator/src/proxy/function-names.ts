/**
 * The short name of a function: its logical id without what the CDK adds to it, so
 * `messagesFunction9C5B7C7A` is `messages`.
 */
export function shortFunctionName(logicalId: string): string {
  const short = logicalId.replace(/[0-9A-F]{8}$/, "").replace(/(?:Function|Handler|Lambda|Fn)+$/, "");
  return short === "" ? logicalId : short.slice(0, 1).toLowerCase() + short.slice(1);
}
