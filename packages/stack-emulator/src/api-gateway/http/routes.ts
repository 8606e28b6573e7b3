/** A route key taken apart. */
export interface RoutePattern {
  readonly routeKey: string;
  /** `ANY` for all; `$default` has neither method nor segments. */
  readonly method: string;
  readonly segments: readonly string[];
}

export interface RouteMatch<Route extends RoutePattern> {
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>> | undefined;
}

export function parseRouteKey(routeKey: string): RoutePattern {
  if (routeKey === "$default") return { routeKey, method: "ANY", segments: [] };
  const [method = "", path = ""] = routeKey.split(" ");
  return { routeKey, method, segments: path.split("/").slice(1) };
}

/**
 * Finds the route for a request. The most specific wins: a full match, then one with a greedy path
 * variable, then `$default`:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
 * `path` is as it was sent, still encoded.
 */
export function createRouter<Route extends RoutePattern>(
  routes: readonly Route[],
): (method: string, path: string) => RouteMatch<Route> | undefined {
  const sorted = routes.filter(({ routeKey }) => routeKey !== "$default").toSorted(compareSpecificity);
  const fallback = routes.find(({ routeKey }) => routeKey === "$default");
  return (method, path) => {
    const segments = path.split("/").slice(1);
    for (const route of sorted) {
      if (route.method !== method && route.method !== "ANY") continue;
      const pathParameters = matchSegments(route.segments, segments);
      if (pathParameters) {
        return { route, pathParameters: Object.keys(pathParameters).length > 0 ? pathParameters : undefined };
      }
    }
    return fallback && { route: fallback, pathParameters: undefined };
  };
}

function matchSegments(
  pattern: readonly string[],
  actual: readonly string[],
): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  const isGreedy = pattern.at(-1)?.endsWith("+}") ?? false;
  // `/x` does not match `/x/{proxy+}`, `/x/` does, with nothing in the variable.
  if (isGreedy ? actual.length < pattern.length : actual.length !== pattern.length) return undefined;
  for (const [index, part] of pattern.entries()) {
    const segment = actual[index] ?? "";
    if (part.endsWith("+}")) {
      parameters[part.slice(1, -2)] = decode(actual.slice(index).join("/"));
    } else if (part.startsWith("{")) {
      if (segment === "") return undefined;
      parameters[part.slice(1, -1)] = decode(segment);
    } else if (part !== decode(segment)) {
      return undefined;
    }
  }
  return parameters;
}

export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone `%` is no escape; it stays as it was sent.
    return text;
  }
}

/** Greedy last; then, from the left, fixed text before a variable; then a method before ANY. */
function compareSpecificity(left: RoutePattern, right: RoutePattern): number {
  const greedy = Number(isGreedy(left)) - Number(isGreedy(right));
  if (greedy !== 0) return greedy;
  for (let index = 0; index < Math.max(left.segments.length, right.segments.length); index++) {
    const difference = rank(left.segments[index]) - rank(right.segments[index]);
    if (difference !== 0) return difference;
  }
  return Number(left.method === "ANY") - Number(right.method === "ANY");
}

function isGreedy({ segments }: RoutePattern): boolean {
  return segments.at(-1)?.endsWith("+}") ?? false;
}

function rank(segment: string | undefined): number {
  if (segment === undefined) return 3;
  if (segment.endsWith("+}")) return 2;
  return segment.startsWith("{") ? 1 : 0;
}
