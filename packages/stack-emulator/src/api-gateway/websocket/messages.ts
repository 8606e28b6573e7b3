import { FunctionError } from "../../lambda/types.ts";
import { recordOf } from "../../template/read.ts";
import { TIMED_OUT, within } from "../deadline.ts";
import { createDisconnectEvent, createMessageEvent, type EventConnection } from "./events.ts";
import type { GatewayContext } from "./gateway-context.ts";
import { evaluateSelection } from "./select-route.ts";

/**
 * Runs the route of one frame and resolves with the text that goes back to the client, if any.
 * Frames of one connection run side by side: API Gateway invokes for each as it comes and promises
 * no order.
 */
export async function handleMessage(
  context: GatewayContext,
  connection: EventConnection,
  text: string,
): Promise<string | undefined> {
  const { api } = context;
  const startedAt = performance.now();
  const selected = evaluateSelection(api.routeSelectionExpression, text);
  // Keys with a `$` are the gateway's own: no frame reaches $connect or $disconnect.
  const named = selected?.startsWith("$") ? undefined : api.routes.get(selected ?? "");
  const route = named ?? api.routes.get("$default");
  const event = createMessageEvent(connection, route?.routeKey ?? "", text, context.clock.now());
  const { connectionId, requestId } = event.requestContext;
  const path = selected ? selected.slice(0, 40) : "(none)";
  const answered = (status: number) =>
    context.onAnswered?.({ requestId, method: "frame", path, status, ms: performance.now() - startedAt });
  const errorFrame = (message: string, status = 500) => {
    answered(status);
    return JSON.stringify({ message, connectionId, requestId });
  };
  if (!route) return errorFrame("Forbidden", 403);
  if (!context.takeToken(route.routeKey)) return errorFrame("Too Many Requests", 429);
  const { functionLogicalId } = route.integration;
  if (!context.mayInvoke(functionLogicalId, `${api.stageName}/${route.routeKey}`)) {
    return errorFrame("Internal server error");
  }
  let result: unknown;
  try {
    const operation = `frame ${path}`;
    result = await within(
      context.functions.invoke(functionLogicalId, event, { operation }),
      context.timeoutOf(route),
    );
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    context.log(`${route.routeKey}: ${error.errorType}: ${error.message}`);
    return errorFrame("Internal server error");
  }
  if (result === TIMED_OUT) return errorFrame("Endpoint request timed out", 504);
  const { statusCode, body } = recordOf(result);
  if (!Number.isInteger(Number(statusCode ?? Number.NaN))) {
    context.log(
      `${route.routeKey}: the function returned no statusCode; it must return { statusCode: 200 }.`,
    );
    return errorFrame("Internal server error");
  }
  answered(Number(statusCode));
  return route.returnsResponse && typeof body === "string" && body !== "" ? body : undefined;
}

/** Best effort, as on AWS: a failure is only logged. */
export async function handleDisconnect(
  context: GatewayContext,
  connection: EventConnection,
  code: number,
  reason: string,
): Promise<void> {
  const route = context.api.routes.get("$disconnect");
  if (!route) return;
  const { functionLogicalId } = route.integration;
  if (!context.mayInvoke(functionLogicalId, `${context.api.stageName}/$disconnect`)) return;
  const event = createDisconnectEvent(
    connection,
    code,
    reason || (knownReasons[code] ?? ""),
    context.clock.now(),
  );
  const startedAt = performance.now();
  const answered = (status: number) =>
    context.onAnswered?.({
      requestId: event.requestContext.requestId,
      method: "$disconnect",
      path: `/${context.api.stageName}`,
      status,
      ms: performance.now() - startedAt,
    });
  try {
    await context.functions.invoke(functionLogicalId, event, { operation: "$disconnect" });
    answered(200);
  } catch (error) {
    answered(500);
    context.log(`$disconnect: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const knownReasons: Readonly<Record<number, string>> = {
  1001: "Going away",
  1005: "Client-side close frame status not set",
  1006: "Connection closed abnormally",
};
