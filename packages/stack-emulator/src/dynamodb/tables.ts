import type { Forward } from "../proxy/forward.ts";
import { isRecord, type Payload, parsePayload } from "../proxy/types.ts";
import type { Log } from "../store.ts";
import { ACCOUNT_ID, REGION } from "../template/pseudo-parameters.ts";
import type { PhysicalNames, Resource, Template } from "../template/types.ts";

interface KeyNames {
  readonly hash: string;
  readonly range: string | undefined;
}

interface Table {
  readonly name: string;
  readonly arn: string;
  readonly key: KeyNames;
  readonly indexes: ReadonlyMap<string, KeyNames>;
}

export type Tables = ReadonlyMap<string, Table>;

/** DynamoDB Local reads no more than the shape of a signature. */
export const localSignature = {
  "content-type": "application/x-amz-json-1.0",
  authorization:
    "AWS4-HMAC-SHA256 Credential=local/20250101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
};

/**
 * Makes the template's tables, or keeps those that are there, and registers their names. Throws
 * when a kept table's keys, indexes or stream are not those of the template.
 */
export async function provisionTables(
  template: Template,
  forward: Forward,
  names: PhysicalNames,
  log: Log,
): Promise<Tables> {
  const call = createDynamoCall(forward);
  const tables = new Map<string, Table>();
  for (const [logicalId, resource] of template.resources) {
    if (!isTable(resource)) continue;
    const definition = tableDefinition(logicalId, resource);
    const existing = await call("DescribeTable", { TableName: definition.TableName }).catch(() => undefined);
    if (existing) refuseOtherShape(definition, existing.Table);
    else await call("CreateTable", definition);
    await enableTtl(call, definition.TableName, resource);
    const described = existing ?? (await call("DescribeTable", { TableName: definition.TableName }));
    const arn = `arn:aws:dynamodb:${REGION}:${ACCOUNT_ID}:table/${definition.TableName}`;
    names.ref(logicalId, definition.TableName);
    names.attribute(logicalId, "Arn", arn);
    names.attribute(logicalId, "TableId", definition.TableName);
    // The stream's own ARN, with DynamoDB Local's region in it: reading the stream needs exactly
    // this one.
    const streamArn = isRecord(described.Table) ? described.Table.LatestStreamArn : undefined;
    if (typeof streamArn === "string") names.attribute(logicalId, "StreamArn", streamArn);
    tables.set(definition.TableName, {
      name: definition.TableName,
      arn,
      key: keyNames(definition.KeySchema),
      indexes: new Map(
        records(definition.GlobalSecondaryIndexes).map((index) => [
          String(index.IndexName),
          keyNames(index.KeySchema),
        ]),
      ),
    });
    log(`table ${definition.TableName} ${existing ? "kept" : "made"}`);
  }
  return tables;
}

export function hasTables({ resources }: Template): boolean {
  return [...resources.values()].some(isTable);
}

function isTable({ Type }: Resource): boolean {
  return Type === "AWS::DynamoDB::Table" || Type === "AWS::DynamoDB::GlobalTable";
}

type DynamoCall = (action: string, payload: unknown) => Promise<Payload>;

function createDynamoCall(forward: Forward): DynamoCall {
  return async (action, payload) => {
    const headers = { ...localSignature, "x-amz-target": `DynamoDB_20120810.${action}` };
    const { status, body } = await forward(headers, Buffer.from(JSON.stringify(payload)));
    if (status !== 200) throw new Error(`DynamoDB Local refused ${action}: ${body.toString()}`);
    return parsePayload(body);
  };
}

interface TableDefinition {
  readonly TableName: string;
  readonly KeySchema: unknown;
  readonly GlobalSecondaryIndexes?: unknown;
  readonly StreamSpecification?: { StreamEnabled: boolean; StreamViewType: unknown };
  readonly [property: string]: unknown;
}

/**
 * Both resource types describe a table; they differ in where they put throughput, which is on
 * demand here.
 */
function tableDefinition(logicalId: string, { Properties }: Resource): TableDefinition {
  const secondary = (name: string) => {
    const indexes = records(Properties[name]).map(({ IndexName, KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      Projection,
    }));
    return indexes.length > 0 ? { [name]: indexes } : {};
  };
  const stream = Properties.StreamSpecification;
  return {
    TableName: typeof Properties.TableName === "string" ? Properties.TableName : logicalId,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: Properties.AttributeDefinitions,
    KeySchema: Properties.KeySchema,
    ...secondary("GlobalSecondaryIndexes"),
    ...secondary("LocalSecondaryIndexes"),
    ...(isRecord(stream)
      ? { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.StreamViewType } }
      : {}),
  };
}

function refuseOtherShape(wanted: TableDefinition, found: unknown): void {
  const stored = isRecord(found) ? found : {};
  const differences = [
    ["its key", keyText(wanted.KeySchema), keyText(stored.KeySchema)],
    ["its indexes", indexText(wanted), indexText(stored)],
    ["its stream", streamText(wanted.StreamSpecification), streamText(stored.StreamSpecification)],
  ].filter(([, want, have]) => want !== have);
  if (differences.length === 0) return;
  const sentences = differences.map(
    ([what, want, have]) => `${what} is ${have || "none"} and the template wants ${want || "none"}`,
  );
  throw new Error(
    `The kept table ${wanted.TableName} is not the template's: ${sentences.join("; ")}. ` +
      "Start with --fresh, or remove the data directory, to begin with an empty table.",
  );
}

function indexText(definition: Payload): string {
  const all = [...records(definition.GlobalSecondaryIndexes), ...records(definition.LocalSecondaryIndexes)];
  return all
    .map(({ IndexName, KeySchema, Projection }) => {
      const projection = isRecord(Projection) ? Projection : {};
      const attributes = Array.isArray(projection.NonKeyAttributes)
        ? [...projection.NonKeyAttributes].sort()
        : [];
      return `${IndexName} (${keyText(KeySchema)}; ${[projection.ProjectionType, ...attributes].join(" ")})`;
    })
    .sort()
    .join(", ");
}

function keyText(schema: unknown): string {
  const { hash, range } = keyNames(schema);
  return range ? `${hash}, ${range}` : hash;
}

function streamText(specification: unknown): string {
  return isRecord(specification) ? String(specification.StreamViewType) : "";
}

async function enableTtl(call: DynamoCall, TableName: string, { Properties }: Resource): Promise<void> {
  const wanted = Properties.TimeToLiveSpecification;
  if (!isRecord(wanted) || wanted.Enabled !== true) return;
  const { TimeToLiveDescription: current } = await call("DescribeTimeToLive", { TableName });
  // Enabling it twice is an error.
  if (isRecord(current) && current.TimeToLiveStatus === "ENABLED") return;
  await call("UpdateTimeToLive", {
    TableName,
    TimeToLiveSpecification: { AttributeName: wanted.AttributeName, Enabled: true },
  });
}

function keyNames(schema: unknown): KeyNames {
  const named = (type: string) => records(schema).find(({ KeyType }) => KeyType === type)?.AttributeName;
  const range = named("RANGE");
  return { hash: String(named("HASH")), range: range === undefined ? undefined : String(range) };
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
