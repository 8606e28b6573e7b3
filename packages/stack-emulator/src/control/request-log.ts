import type { Answered } from "../api-gateway/answered.ts";
import type { Caller } from "../lambda/types.ts";
import { shortFunctionName } from "../proxy/function-names.ts";
import type { Meter } from "../proxy/meter.ts";

export interface RequestLog {
  /** A function was invoked for a request of API Gateway. */
  invoked(caller: Caller, gatewayRequestId: string): void;
  answered(answered: Answered): void;
}

/**
 * Requests whose end is not told, such as those that a client gave up, are forgotten after so many
 * others.
 */
const keptInvocations = 1000;

/**
 * Prints a line for each request and frame: method, path, status, milliseconds, the function, and
 * the read and write request units that it consumed until it was answered.
 */
export function createRequestLog(meter: Pick<Meter, "unitsOf">, print: (line: string) => void): RequestLog {
  const invocations = new Map<string, Caller>();
  return {
    invoked(caller, gatewayRequestId) {
      invocations.set(gatewayRequestId, caller);
      const [oldest] = invocations.keys();
      if (invocations.size > keptInvocations && oldest !== undefined) invocations.delete(oldest);
    },
    answered({ requestId, method, path, status, ms }) {
      const caller = invocations.get(requestId);
      invocations.delete(requestId);
      const request = `${method} ${path} ${status} ${ms.toFixed(0)} ms`;
      if (!caller) return print(`${request} -`);
      const { rru, wru } = meter.unitsOf(caller.requestId);
      print(`${request} ${shortFunctionName(caller.functionLogicalId)} ${rru} rru ${wru} wru`);
    },
  };
}
