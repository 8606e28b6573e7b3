import { resourcesOfType } from "./template/read.ts";
import type { ResolvedStack } from "./template/types.ts";

/**
 * Returns the outputs of the stack, with this machine's address in place of those of API Gateway.
 * `authority` is the host and port at which both APIs are served.
 */
export function outputsOf(stack: ResolvedStack, authority: string): Readonly<Record<string, string>> {
  const outputs = Object.fromEntries(stack.outputs);
  for (const [logicalId, { Properties }] of resourcesOfType(stack, "AWS::ApiGatewayV2::Api")) {
    const endpoint = String(stack.resolve({ "Fn::GetAtt": [logicalId, "ApiEndpoint"] }));
    const served = `${Properties.ProtocolType === "WEBSOCKET" ? "ws" : "http"}://${authority}`;
    for (const [name, value] of Object.entries(outputs)) outputs[name] = value.replace(endpoint, served);
  }
  return outputs;
}
