import { describe, expect, it } from "vitest";
import { at, functionName, referenced, synthesize, variants } from "./synthesize.ts";

for (const [variant, context] of variants) {
  describe(`the WebSocket API (${variant})`, () => {
    const stack = synthesize(context);
    const api = stack
      .of("AWS::ApiGatewayV2::Api")
      .find(({ properties }) => properties.ProtocolType === "WEBSOCKET");
    const ofThisApi = (type: string) =>
      stack.of(type).filter(({ properties }) => referenced(properties.ApiId) === api?.id);
    const routes = ofThisApi("AWS::ApiGatewayV2::Route");
    const route = (key: string) => routes.find(({ properties }) => properties.RouteKey === key);
    const functionBehind = (key: string) => {
      const integration = stack.get(referenced(route(key)?.properties.Target));
      return functionName(stack.get(referenced(integration.properties.IntegrationUri)));
    };

    it("has the three routes that API Gateway knows, and one for all frames", () => {
      expect(routes.map(({ properties }) => properties.RouteKey).sort()).toEqual([
        "$connect",
        "$default",
        "$disconnect",
      ]);
      expect(functionBehind("$connect")).toBe("connect");
      expect(functionBehind("$default")).toBe("frame");
      expect(functionBehind("$disconnect")).toBe("disconnect");
    });

    it("calls the authorizer at $connect, whatever the request holds", () => {
      const connect = route("$connect");
      expect(connect?.properties.AuthorizationType).toBe("CUSTOM");
      const authorizer = stack.get(referenced(connect?.properties.AuthorizerId));
      expect(authorizer.properties.AuthorizerType).toBe("REQUEST");
      expect(authorizer.properties).not.toHaveProperty("IdentitySource");
      expect(functionName(stack.get(referenced(authorizer.properties.AuthorizerUri)))).toBe("authorize");
    });

    it("answers a frame on its connection", () => {
      expect(route("$default")?.properties.RouteResponseSelectionExpression).toBe("$default");
      const response = stack.one("AWS::ApiGatewayV2::RouteResponse");
      expect(referenced(response.properties.RouteId)).toBe(route("$default")?.id);
      expect(response.properties.RouteResponseKey).toBe("$default");
    });

    it("may call its functions", () => {
      const called = stack
        .of("AWS::Lambda::Permission")
        .filter(({ properties }) => referenced(properties.SourceArn) === api?.id)
        .map(({ properties }) => functionName(stack.get(referenced(properties.FunctionName))));
      expect(called.sort()).toEqual(["authorize", "connect", "disconnect", "frame"]);
    });

    it("has the stage `live`, to whose address functions post", () => {
      const [stage, ...others] = ofThisApi("AWS::ApiGatewayV2::Stage");
      expect(others).toEqual([]);
      expect(stage?.properties).toMatchObject({ StageName: "live", AutoDeploy: true });
      const [sender] = stack
        .of("AWS::Lambda::Function")
        .filter((resource) => functionName(resource) === "frame");
      const endpoint = at(
        sender?.properties,
        "Environment",
        "Variables",
        "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI",
      );
      expect(JSON.stringify(endpoint)).toMatch(/"https:\/\/",.*\.execute-api\..*"\/live"/);
      expect(referenced(endpoint)).toBe(api?.id);
    });
  });
}
