import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { APIGatewayProxyEventV2 } from "aws-lambda";

// The function of the stack in notes-stack.ts.

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const TableName = process.env.TABLE_NAME;

export async function handler({ pathParameters, requestContext, body }: APIGatewayProxyEventV2) {
  const id = pathParameters?.id;
  if (id === "broken") throw new RangeError("This note is broken.");
  if (requestContext.http.method === "PUT") {
    await table.send(new PutCommand({ TableName, Item: { id, text: body } }));
    return { statusCode: 204 };
  }
  const { Item } = await table.send(new GetCommand({ TableName, Key: { id } }));
  return Item ?? { statusCode: 404 };
}
