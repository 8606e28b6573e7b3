import { numberOf, recordOf } from "../template/read.ts";

/** Takes a token for a request to this route; false when it is throttled. */
export type Throttle = (routeKey: string) => boolean;

/**
 * The token buckets of a stage, one a route, from DefaultRouteSettings and RouteSettings:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 */
export function createThrottle(stage: Readonly<Record<string, unknown>>, now: () => number): Throttle {
  const defaults = recordOf(stage.DefaultRouteSettings);
  const perRoute = recordOf(stage.RouteSettings);
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (routeKey) => {
    const settings = { ...defaults, ...recordOf(perRoute[routeKey]) };
    const rate = numberOf(settings.ThrottlingRateLimit);
    const burst = numberOf(settings.ThrottlingBurstLimit) ?? rate;
    if (rate === undefined || burst === undefined) return true;
    const at = now();
    const bucket = buckets.get(routeKey) ?? { tokens: burst, at };
    const tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * rate);
    const isAllowed = tokens >= 1;
    buckets.set(routeKey, { tokens: isAllowed ? tokens - 1 : tokens, at });
    return isAllowed;
  };
}
