/**
 * Evaluates a route selection expression against a frame's text. Returns undefined if the text is
 * not JSON. A value that is not found counts as empty:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html#apigateway-websocket-api-route-selection-expressions
 */
export function evaluateSelection(expression: string, text: string): string | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  const lone = /^\$request\.body\.([\w.-]+)$/.exec(expression);
  if (lone) return valueAt(body, lone[1] ?? "");
  return expression
    .replace(/\$\{request\.body\.([\w.-]+)\}/g, (_, path: string) => valueAt(body, path))
    .replace(/^\\\$/, "$");
}

function valueAt(body: unknown, path: string): string {
  let value: unknown = body;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return "";
    // Just found to be there.
    value = (value as Record<string, unknown>)[name];
  }
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
