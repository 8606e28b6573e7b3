import type { NameTable } from "../../template/names.ts";
import type { Template } from "../../template/types.ts";

/** The id and stage of the template's WebSocket API; undefined when it has none. */
export function findWebSocketApi(
  { resources }: Template,
  names: NameTable,
): { readonly apiId: string; readonly stage: string } | undefined {
  const api = [...resources].find(
    ([, { Type, Properties }]) =>
      Type === "AWS::ApiGatewayV2::Api" && Properties.ProtocolType === "WEBSOCKET",
  );
  if (!api) return undefined;
  const [apiLogicalId] = api;
  const reference = JSON.stringify({ Ref: apiLogicalId });
  const stage = [...resources.values()].find(
    ({ Type, Properties }) =>
      Type === "AWS::ApiGatewayV2::Stage" && JSON.stringify(Properties.ApiId) === reference,
  );
  if (!stage)
    throw new Error(`The WebSocket API ${apiLogicalId} has no stage, so nothing could connect to it.`);
  return {
    apiId: names.findRef(apiLogicalId) ?? apiLogicalId,
    stage: String(stage.Properties.StageName),
  };
}
