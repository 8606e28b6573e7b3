import { createHash } from "node:crypto";
import { isRecord } from "../proxy/types.ts";
import { ACCOUNT_ID, REGION } from "../template/pseudo-parameters.ts";
import type { PhysicalNames, Template } from "../template/types.ts";

type Properties = Readonly<Record<string, unknown>>;

export interface PoolDefinition {
  readonly id: string;
  readonly arn: string;
  readonly properties: Properties;
  readonly clients: readonly { readonly id: string; readonly properties: Properties }[];
  readonly groups: readonly { readonly name: string; readonly properties: Properties }[];
}

/**
 * The template's user pools and their clients, with the ids that they get here: made from their
 * logical ids, so they stay the same from start to start. Registers them with `names`.
 */
export function definePools(
  template: Template,
  issuerBase: string,
  names: PhysicalNames,
): readonly PoolDefinition[] {
  const pools: PoolDefinition[] = [];
  for (const [logicalId, { Type, Properties: properties }] of template.resources) {
    if (Type !== "AWS::Cognito::UserPool") continue;
    const id = `${REGION}_${shortId(logicalId, 9)}`;
    const arn = `arn:aws:cognito-idp:${REGION}:${ACCOUNT_ID}:userpool/${id}`;
    names.ref(logicalId, id);
    names.attribute(logicalId, "UserPoolId", id);
    names.attribute(logicalId, "Arn", arn);
    names.attribute(logicalId, "ProviderName", `cognito-idp.${REGION}.amazonaws.com/${id}`);
    names.attribute(logicalId, "ProviderURL", `${issuerBase}/${id}`);
    pools.push({
      id,
      arn,
      properties: withoutEmptyLists(properties),
      clients: defineClients(template, logicalId, names),
      groups: defineGroups(template, logicalId, names),
    });
  }
  return pools;
}

/**
 * To cognito-local an empty AutoVerifiedAttributes is a demand that no sign-up can meet; to Cognito
 * it is as good as absent.
 */
function withoutEmptyLists(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => !(Array.isArray(value) && value.length === 0)),
  );
}

function defineClients(
  template: Template,
  poolLogicalId: string,
  names: PhysicalNames,
): PoolDefinition["clients"] {
  const clients: { id: string; properties: Properties }[] = [];
  for (const [logicalId, { Type, Properties: properties }] of template.resources) {
    if (Type !== "AWS::Cognito::UserPoolClient") continue;
    const pool = properties.UserPoolId;
    if (!isRecord(pool) || pool.Ref !== poolLogicalId) continue;
    if (properties.GenerateSecret === true) {
      throw new Error(
        `${logicalId} is an app client with a secret, which the emulator does not serve. ` +
          "Set generateSecret to false: a secret cannot be kept in a browser or an app.",
      );
    }
    const id = shortId(logicalId, 26).toLowerCase();
    names.ref(logicalId, id);
    names.attribute(logicalId, "ClientId", id);
    clients.push({ id, properties });
  }
  return clients;
}

function defineGroups(
  template: Template,
  poolLogicalId: string,
  names: PhysicalNames,
): PoolDefinition["groups"] {
  const groups: { name: string; properties: Properties }[] = [];
  for (const [logicalId, { Type, Properties: properties }] of template.resources) {
    if (Type !== "AWS::Cognito::UserPoolGroup") continue;
    const pool = properties.UserPoolId;
    if (!isRecord(pool) || pool.Ref !== poolLogicalId) continue;
    const name = typeof properties.GroupName === "string" ? properties.GroupName : logicalId;
    names.ref(logicalId, name);
    groups.push({ name, properties });
  }
  return groups;
}

function shortId(logicalId: string, length: number): string {
  const digest = createHash("sha256").update(logicalId).digest("base64");
  return digest.replace(/[^A-Za-z0-9]/g, "").slice(0, length);
}
