import { describe, expect, it } from "vitest";
import { at, referenced, synthesize, variants } from "./synthesize.ts";

/**
 * Variables that carry no query string, header, token or body, and no claim except the user's id.
 */
const harmless = new Set([
  "requestId",
  "extendedRequestId",
  "requestTime",
  "identity.sourceIp",
  "protocol",
  "httpMethod",
  "routeKey",
  "path",
  "status",
  "responseLength",
  "responseLatency",
  "integrationLatency",
  "integration.status",
  "authorizer.claims.sub",
  "authorizer.principalId",
  "eventType",
  "connectionId",
  "error.responseType",
]);

for (const [variant, context] of variants) {
  describe(`logs (${variant})`, () => {
    const stack = synthesize(context);
    const stages = stack.of("AWS::ApiGatewayV2::Stage");
    const logging = stages.filter(({ properties }) => properties.AccessLogSettings !== undefined);

    it("every group drops events after the days of its stage", () => {
      const groups = stack.of("AWS::Logs::LogGroup");
      for (const { properties } of groups)
        expect(properties.RetentionInDays).toBe(context.stage === "prod" ? 90 : 7);
    });

    it("the HTTP API writes access logs, and the WebSocket API if a prop asks for it", () => {
      const names = logging.map(({ properties }) => properties.StageName).sort();
      expect(names).toEqual(context.webSocketAccessLogs ? ["$default", "live"] : ["$default"]);
    });

    it("an access log is JSON and holds no token, no query string and no message", () => {
      for (const { properties } of logging) {
        const fields = Object.values(JSON.parse(String(at(properties.AccessLogSettings, "Format"))));
        for (const field of fields) {
          const variable = /^\$context\.([\w.]+)$/.exec(String(field))?.[1];
          expect(harmless, String(field)).toContain(variable);
        }
        expect(stack.get(referenced(at(properties.AccessLogSettings, "DestinationArn"))).id).toBeTruthy();
      }
    });

    it("no API logs its executions, whose data would be tokens and messages", () => {
      for (const { properties } of stages) {
        expect(at(properties.DefaultRouteSettings, "LoggingLevel")).toBeUndefined();
        expect(at(properties.DefaultRouteSettings, "DataTraceEnabled")).toBeUndefined();
      }
    });

    it("every stage of an API has a throttle", () => {
      for (const { properties } of stages) {
        expect(properties.DefaultRouteSettings).toMatchObject({
          ThrottlingRateLimit: 1000,
          ThrottlingBurstLimit: 2000,
        });
      }
    });
  });
}
