import type { Area, Operation } from "../contract/operation.ts";

/** One route of the HTTP API. */
export interface HttpRoute {
  readonly method: Operation["method"];
  readonly path: string;
  readonly area: Area;
  /** Whether the gateway requires a valid token before it calls the function. */
  readonly authorized: boolean;
}

interface RouteSource {
  readonly operations: readonly Operation[];
  readonly areaBases: Readonly<Record<Area, readonly string[]>>;
  /**
   * Whether accounts are in the stack's own user pool. Without it, the pool's operations have no
   * route.
   */
  readonly hasUserPool: boolean;
}

/**
 * Returns the routes that the operations need.
 *
 * Operations that require a token share the routes of their area: for each method, `base` and
 * `base/{proxy+}` for all paths below. A public operation has its own pair, because an authorizer
 * belongs to a route. The second route of each pair also serves paths that end in a slash: a route
 * key may not end in one, and `/x` does not match `/x/`. Methods are named: `ANY` would catch the
 * CORS preflight and require a token of it.
 *
 * @throws Error when no base of its area holds an operation.
 */
export function httpRoutes({ operations, areaBases, hasUserPool }: RouteSource): HttpRoute[] {
  const routes = new Map<string, HttpRoute>();
  for (const operation of operations) {
    if (operation.identity === "pool" && !hasUserPool) continue;
    const base = baseOf(operation, areaBases[operation.area]);
    const authorized = operation.auth === "user";
    const start = authorized ? base : operation.path;
    for (const path of [start, `${start}/{proxy+}`]) {
      const route = { method: operation.method, path, area: operation.area, authorized };
      routes.set(routeKey(route), route);
    }
  }
  return [...routes.values()];
}

/** Returns API Gateway's key of a route: `GET /api/chat/rooms/{proxy+}`. */
export function routeKey(route: Pick<HttpRoute, "method" | "path">): string {
  return `${route.method} ${route.path}`;
}

/** Returns the longest base that `operation.path` equals or is below. */
function baseOf(operation: Operation, bases: readonly string[]): string {
  const holding = bases
    .filter((base) => operation.path === base || operation.path.startsWith(`${base}/`))
    .sort((one, other) => other.length - one.length);
  const longest = holding[0];
  if (longest === undefined) {
    throw new Error(
      `The operation ${operation.id} is at ${operation.path}, below no base of its area ${operation.area} ` +
        `(${bases.join(", ")}). Add its base to contract/areas.ts, or move it to the area that holds its path.`,
    );
  }
  return longest;
}
