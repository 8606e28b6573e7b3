import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { environment } from "../../kernel/runtime/environment.ts";
import { documentClient } from "./table.ts";

/**
 * Returns about how many items the table has: DynamoDB counts them every six hours.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
 */
export async function countItems(): Promise<number> {
  const { Table } = await documentClient.send(new DescribeTableCommand({ TableName: environment.tableName }));
  return Table?.ItemCount ?? 0;
}
