import { describe, expect, it } from "vitest";
import { areaBases } from "../../contract/areas.ts";
import type { Operation } from "../../contract/operation.ts";
import { operations } from "../../contract/operations.ts";
import { httpRoutes } from "../../lib/routes.ts";
import { externalIssuer, functionName, referenced, type Synthesized, synthesize } from "./synthesize.ts";

const all: readonly Operation[] = Object.values(operations);
const withPool = synthesize();
const withExternalIssuer = synthesize(externalIssuer);

function httpApiId(stack: Synthesized): string {
  const api = stack.of("AWS::ApiGatewayV2::Api").find(({ properties }) => properties.ProtocolType === "HTTP");
  return api?.id ?? "";
}
function routesOf(stack: Synthesized) {
  return stack
    .of("AWS::ApiGatewayV2::Route")
    .filter(({ properties }) => referenced(properties.ApiId) === httpApiId(stack))
    .map(({ properties }) => ({
      key: String(properties.RouteKey),
      authorizerId: properties.AuthorizerId === undefined ? undefined : referenced(properties.AuthorizerId),
      authorizationType: properties.AuthorizationType,
      get function() {
        const integration = stack.get(referenced(properties.Target));
        return functionName(stack.get(referenced(integration.properties.IntegrationUri)));
      },
    }));
}

/**
 * Returns the rank of a route's segment. The best match comes first: the same text, then a
 * parameter, then the rest of the path.
 */
function rank(segment: string | undefined): number {
  return segment === undefined ? 3 : segment.endsWith("+}") ? 2 : segment.startsWith("{") ? 1 : 0;
}

/**
 * Returns the route that API Gateway selects: the most specific one that matches.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
function select(stack: Synthesized, method: string, path: string) {
  const matching = routesOf(stack).filter(({ key }) => {
    const [routeMethod, routePath = ""] = key.split(" ");
    const pattern = routePath.replace(/\/\{\w+\+\}$/, "/.*").replaceAll(/\{\w+\}/g, "[^/]+");
    return routeMethod === method && new RegExp(`^${pattern}$`).test(path);
  });
  const segments = (key: string) => key.split("/");
  return matching.sort((one, other) => {
    const [left, right] = [segments(one.key), segments(other.key)];
    const at = left.findIndex((segment, index) => rank(segment) !== rank(right[index]));
    return at === -1 ? left.length - right.length : rank(left[at]) - rank(right[at]);
  })[0];
}

function example(operation: Operation): string {
  return operation.path.replaceAll(/\{\w+\}/g, "an-id");
}

describe("a request for each operation", () => {
  for (const operation of all) {
    for (const path of [example(operation), `${example(operation)}/`]) {
      it(`${operation.id}: ${operation.method} ${path}`, () => {
        const route = select(withPool, operation.method, path);
        expect(route?.function).toBe(operation.area);
        if (operation.auth === "public") {
          expect(route?.authorizationType).toBe("NONE");
        } else {
          expect(route?.authorizationType).toBe("JWT");
          const authorizer = withPool.get(route?.authorizerId ?? "");
          expect(authorizer.properties.AuthorizerType).toBe("JWT");
          expect(authorizer.properties.IdentitySource).toEqual(["$request.header.Authorization"]);
        }
      });
    }
  }
});

describe("route keys", () => {
  for (const [name, stack] of [
    ["user pool", withPool],
    ["external issuer", withExternalIssuer],
  ] as const) {
    it(`${name}: none ends in a slash, and none is for any method, which would catch the CORS preflight`, () => {
      for (const { key } of routesOf(stack)) expect(key).toMatch(/^(GET|POST|PUT|PATCH|DELETE) \/.*[^/]$/);
    });

    it(`${name}: every route except those of public operations has the authorizer`, () => {
      const open = routesOf(stack).filter(({ authorizationType }) => authorizationType !== "JWT");
      const publicPaths = all
        .filter(
          ({ auth, identity }) => auth === "public" && !(identity === "pool" && stack === withExternalIssuer),
        )
        .flatMap(({ method, path }) => [`${method} ${path}`, `${method} ${path}/{proxy+}`]);
      expect(open.map(({ key }) => key).sort()).toEqual(publicPaths.sort());
    });

    it(`${name}: there are fewer than an API may have`, () => {
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
      expect(routesOf(stack).length).toBeLessThan(300);
    });
  }

  it("each function has one integration and one permission, for requests of this API", () => {
    const integrations = withPool
      .of("AWS::ApiGatewayV2::Integration")
      .filter(({ properties }) => referenced(properties.ApiId) === httpApiId(withPool));
    const areas = [...new Set(all.map(({ area }) => area))].sort();
    const served = integrations.map(({ properties }) => withPool.get(referenced(properties.IntegrationUri)));
    expect(served.map(functionName).sort()).toEqual(areas);
    for (const { properties } of integrations) expect(properties.PayloadFormatVersion).toBe("2.0");
    for (const { id } of served) {
      const permissions = withPool
        .of("AWS::Lambda::Permission")
        .filter(({ properties }) => referenced(properties.FunctionName) === id);
      expect(permissions).toHaveLength(1);
      expect(permissions[0]?.properties.Principal).toBe("apigateway.amazonaws.com");
      expect(referenced(permissions[0]?.properties.SourceArn)).toBe(httpApiId(withPool));
    }
  });
});

describe("with an external issuer", () => {
  it("operations on the stack's own accounts have no route of their own", () => {
    const keys = routesOf(withExternalIssuer).map(({ key }) => key);
    for (const { method, path, auth } of all.filter(({ identity }) => identity === "pool")) {
      if (auth === "public") expect(keys).not.toContain(`${method} ${path}`);
    }
  });

  it("the other operations keep theirs", () => {
    for (const operation of all.filter(({ identity }) => identity !== "pool")) {
      expect(select(withExternalIssuer, operation.method, example(operation))?.function).toBe(operation.area);
    }
  });
});

describe("httpRoutes", () => {
  it("refuses an operation outside every base of its area, and says where to add one", () => {
    const [first] = all;
    if (!first) throw new Error("There are no operations.");
    const astray = { ...first, id: "strayOperation", area: "rooms" as const, path: "/api/elsewhere" };
    expect(() => httpRoutes({ operations: [astray], areaBases, hasUserPool: true })).toThrow(
      /strayOperation is at \/api\/elsewhere.*contract\/areas\.ts/,
    );
  });
});
