import type { Clock } from "../../clock.ts";
import type { FunctionHost } from "../../lambda/types.ts";
import type { OnAnswered } from "../answered.ts";
import type { Throttle } from "../throttle.ts";
import type { WebSocketApi, WebSocketRoute } from "./read-websocket-api.ts";

/** The parts of the gateway that handle an event of the WebSocket API. */
export interface GatewayContext {
  readonly api: WebSocketApi;
  readonly functions: FunctionHost;
  readonly clock: Clock;
  readonly takeToken: Throttle;
  readonly log: (line: string) => void;
  readonly onAnswered: OnAnswered | undefined;
  /** The ARN of something of this API, `{stage}/{route}`. */
  executeApiArn(resource: string): string;
  /** Does the function's policy let this API invoke it? Logs when it does not. */
  mayInvoke(functionLogicalId: string, resource: string): boolean;
  timeoutOf(route: WebSocketRoute): number;
}
