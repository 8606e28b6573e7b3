import {
  type Call,
  type ConditionContext,
  type ItemKey,
  isRecord,
  type Need,
  type Payload,
  parsePayload,
  type Request,
} from "../proxy/types.ts";
import { ACCOUNT_ID, REGION } from "../template/pseudo-parameters.ts";
import { keyConditionValues, keyText, namedAttributes } from "./expressions.ts";
import type { Tables } from "./tables.ts";

/** The action that each part of a transaction needs, by the part's name in the request. */
const transactionActions: Readonly<Record<string, string>> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
  Get: "GetItem",
};

/**
 * Returns the keys that a request to DynamoDB touches and the permissions that it needs. A batch
 * needs its own action on each table, a transaction the actions of its parts; a query of an index
 * needs the action on the index.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html and
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
export function describeDynamoCall(request: Request, tables: Tables): Call {
  const action = String(request.headers["x-amz-target"] ?? "").split(".")[1] ?? "";
  const payload = parsePayload(request.body);
  const described = parts(action, payload, tables);
  return { service: "dynamodb", action, payload, ...described };
}

interface Parts {
  readonly needs: readonly Need[];
  readonly keys: readonly ItemKey[];
}

function parts(action: string, payload: Payload, tables: Tables): Parts {
  switch (action) {
    case "GetItem":
    case "UpdateItem":
    case "DeleteItem":
      return single(action, payload, payload.Key, tables);
    case "PutItem":
      return single(action, payload, payload.Item, tables);
    case "Query":
    case "Scan":
      return search(action, payload, tables);
    case "BatchGetItem":
    case "BatchWriteItem":
      return batch(action, payload, tables);
    case "TransactWriteItems":
    case "TransactGetItems":
      return transaction(action, payload, tables);
    default:
      return { needs: [{ action: `dynamodb:${action}`, resource: otherResource(payload) }], keys: [] };
  }
}

function single(action: string, payload: Payload, item: unknown, tables: Tables, enclosing?: string): Parts {
  const name = tableName(payload.TableName);
  const key = itemKey(item, name, tables);
  const context = () => ({
    ...common(payload, [key.pk]),
    ...(enclosing ? { "dynamodb:enclosingoperation": [enclosing] } : {}),
  });
  return { needs: [{ action: `dynamodb:${action}`, resource: tableArn(name), context }], keys: [key] };
}

function search(action: string, payload: Payload, tables: Tables): Parts {
  const name = tableName(payload.TableName);
  const index = payload.IndexName === undefined ? undefined : String(payload.IndexName);
  const table = tables.get(name);
  const names = index === undefined ? table?.key : table?.indexes.get(index);
  const values = keyConditionValues(payload);
  const pk = values.get(names?.hash ?? "");
  const sk = values.get(names?.range ?? "") ?? "";
  const resource = index === undefined ? tableArn(name) : `${tableArn(name)}/index/${index}`;
  const context = () => common(payload, pk === undefined ? [] : [pk]);
  return {
    needs: [{ action: `dynamodb:${action}`, resource, context }],
    keys: pk === undefined ? [] : [{ pk, sk }],
  };
}

function batch(action: string, payload: Payload, tables: Tables): Parts {
  const needs: Need[] = [];
  const keys: ItemKey[] = [];
  for (const [table, request] of Object.entries(isRecord(payload.RequestItems) ? payload.RequestItems : {})) {
    const name = tableName(table);
    const items = batchItems(request);
    const tableKeys = items.map((item) => itemKey(item, name, tables));
    keys.push(...tableKeys);
    const context = () => ({
      "dynamodb:leadingkeys": tableKeys.map(({ pk }) => pk),
      "dynamodb:attributes": [
        ...new Set([
          ...items.flatMap((item) => Object.keys(item)),
          ...(isRecord(request) ? namedAttributes(request) : []),
        ]),
      ],
    });
    needs.push({ action: `dynamodb:${action}`, resource: tableArn(name), context });
  }
  return { needs, keys };
}

function batchItems(request: unknown): readonly Record<string, unknown>[] {
  if (isRecord(request)) return Array.isArray(request.Keys) ? request.Keys.filter(isRecord) : [];
  if (!Array.isArray(request)) return [];
  return request.flatMap((write) => {
    const item = write?.PutRequest?.Item ?? write?.DeleteRequest?.Key;
    return isRecord(item) ? [item] : [];
  });
}

function transaction(action: string, payload: Payload, tables: Tables): Parts {
  const needs: Need[] = [];
  const keys: ItemKey[] = [];
  for (const item of Array.isArray(payload.TransactItems) ? payload.TransactItems : []) {
    for (const [part, content] of Object.entries(isRecord(item) ? item : {})) {
      const partAction = transactionActions[part];
      if (!partAction || !isRecord(content)) continue;
      const described = single(partAction, content, content.Key ?? content.Item, tables, action);
      needs.push(...described.needs);
      keys.push(...described.keys);
    }
  }
  return { needs, keys };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html */
function common(payload: Payload, leadingKeys: readonly string[]): ConditionContext {
  const single = (key: string, value: unknown) => (value === undefined ? {} : { [key]: [String(value)] });
  return {
    "dynamodb:leadingkeys": leadingKeys,
    "dynamodb:attributes": namedAttributes(payload),
    ...single("dynamodb:select", payload.Select),
    ...single("dynamodb:returnvalues", payload.ReturnValues),
  };
}

function itemKey(item: unknown, name: string, tables: Tables): ItemKey {
  const names = tables.get(name)?.key;
  if (!isRecord(item) || !names) return { pk: "", sk: "" };
  return { pk: keyText(item[names.hash]), sk: names.range ? keyText(item[names.range]) : "" };
}

/** A table may be named by its ARN. */
function tableName(name: unknown): string {
  const text = String(name ?? "");
  return text.startsWith("arn:") ? (text.split("/")[1] ?? text) : text;
}

function tableArn(name: string): string {
  return `arn:aws:dynamodb:${REGION}:${ACCOUNT_ID}:table/${name}`;
}

function otherResource(payload: Payload): string {
  if (payload.StreamArn !== undefined) return String(payload.StreamArn);
  return payload.TableName === undefined ? "*" : tableArn(tableName(payload.TableName));
}
