import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Resource } from "../../src/template/types.ts";
import { smallStack, startTestAws, type TestAws } from "../support/aws-stack.ts";

let dataDir: string;
let aws: TestAws | undefined;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "stack-emulator-"));
});

afterEach(async () => {
  await aws?.close();
  aws = undefined;
  rmSync(dataDir, { recursive: true, force: true });
});

const tableWith = (changes: Record<string, unknown>, Type = "AWS::DynamoDB::Table"): Resource => {
  const table = smallStack().resources.get("Table");
  return { Type, Properties: { ...table?.Properties, ...changes } };
};

async function describe({ as, tableName: TableName }: TestAws) {
  const { dynamo } = as("Role");
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
  const ttl = await dynamo.send(new DescribeTimeToLiveCommand({ TableName }));
  return { Table, ttl: ttl.TimeToLiveDescription };
}

test("a table is made as the template describes it", async () => {
  aws = await startTestAws();
  const { Table, ttl } = await describe(aws);
  expect(Table).toMatchObject({
    BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
    GlobalSecondaryIndexes: [{ IndexName: "gsi1", Projection: { ProjectionType: "KEYS_ONLY" } }],
  });
  expect(ttl).toEqual({ AttributeName: "expires_at", TimeToLiveStatus: "ENABLED" });
}, 60_000);

test("a global table is a table of this region", async () => {
  const Table = tableWith(
    { Replicas: [{ Region: { Ref: "AWS::Region" } }], BillingMode: "PAY_PER_REQUEST", TableName: "named" },
    "AWS::DynamoDB::GlobalTable",
  );
  aws = await startTestAws({ template: smallStack({ Table }) });
  expect(aws.tableName).toBe("named");
  expect((await describe(aws)).Table?.GlobalSecondaryIndexes).toHaveLength(1);
}, 60_000);

test("a restart keeps the items; a table of another shape is refused with what to do", async () => {
  const key = { pk: { S: "kept" }, sk: { S: "1" } };
  aws = await startTestAws({ dataDir });
  await aws.as("Role").dynamo.send(new PutItemCommand({ TableName: aws.tableName, Item: key }));
  await aws.close();

  aws = await startTestAws({ dataDir });
  expect(aws.lines).toContain(`table ${aws.tableName} kept`);
  const found = await aws.as("Role").dynamo.send(new GetItemCommand({ TableName: aws.tableName, Key: key }));
  expect(found.Item).toEqual(key);
  expect((await describe(aws)).ttl?.TimeToLiveStatus).toBe("ENABLED");
  await aws.close();
  aws = undefined;

  const template = smallStack({ Table: tableWith({ GlobalSecondaryIndexes: [] }) });
  const refused = startTestAws({ template, dataDir });
  await expect(refused).rejects.toThrow(
    /The kept table Table is not the template's: its indexes is gsi1 .* and the template wants none.*--fresh/,
  );
}, 60_000);

test("a damaged database is named, with what to do", async () => {
  mkdirSync(join(dataDir, "dynamodb"));
  const file = join(dataDir, "dynamodb", "shared-local-instance.db");
  writeFileSync(file, "no database".repeat(1000));
  await expect(startTestAws({ dataDir })).rejects.toThrow(`${file} is damaged. Restore it from a copy`);
}, 60_000);

test("a Java that does not start is named with what it is for", async () => {
  await expect(startTestAws({ java: "no-such-java" })).rejects.toThrow(
    "DynamoDB Local needs Java 17: `no-such-java` did not start",
  );
}, 60_000);

test("who listens for writes hears of them, and not of reads", async () => {
  aws = await startTestAws();
  const { dynamo } = aws.as("Role");
  let writes = 0;
  aws.onTableWrite(() => writes++);
  const Key = { pk: { S: "a" }, sk: { S: "1" } };
  await dynamo.send(new GetItemCommand({ TableName: aws.tableName, Key }));
  expect(writes).toBe(0);
  await dynamo.send(new PutItemCommand({ TableName: aws.tableName, Item: Key }));
  expect(writes).toBe(1);
}, 60_000);
