import { isRecord, type Payload, parsePayload } from "../proxy/types.ts";
import { itemSize } from "./item-size.ts";

/**
 * Makes DynamoDB Local report what a call consumed, and takes the report out of the answer again.
 *
 * DynamoDB Local 3.3 counts as AWS does: half a unit per 4 KB read, one unit per KB of the larger
 * of the old and the new item, each item of a batch rounded up by itself, twice of all in
 * transactions, and an index only when its projected attributes change (a moved index key costs
 * two). It reports one sum, never reads and writes apart; no call does both, so the action tells
 * which it is. It is wrong in places, of which these are corrected here:
 * - A query or scan that finds nothing reports 0. AWS charges the minimum of that kind of read (API
 *   reference of Query).
 * - Keys of BatchGetItem without an item report 0. AWS charges the minimum for each (API reference
 *   of BatchGetItem).
 * - A write whose condition fails reports nothing. AWS charges for the size of the existing item,
 *   at least one unit:
 *   https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 * - A transaction of writes reports only one of its parts. Each part is counted here with two units
 *   per KB: a put by its item, other parts by 1 KB, as the request does not show their item. Its
 *   indexes stay as reported.
 * - A cancelled transaction reports nothing. It is counted with two units per KB of each item of
 *   its writes that the request shows. AWS publishes no rule for it: this is an upper bound for
 *   small items.
 * Not corrected, as the answer does not show it: deleting an absent item in BatchWriteItem reports
 * two units, not one.
 */
interface MeteredRequest {
  readonly body: Buffer;
  /** Takes what was consumed out of DynamoDB Local's answer. */
  read(status: number, body: Buffer): MeteredAnswer;
}

interface MeteredAnswer {
  readonly body: Buffer;
  readonly rru: number;
  readonly wru: number;
}

const reads = new Set(["GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"]);
const writes = new Set(["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"]);

export function meterRequest(action: string, payload: Payload, body: Buffer): MeteredRequest {
  const isRead = reads.has(action);
  if (!isRead && !writes.has(action))
    return { body, read: (_, answer) => ({ body: answer, rru: 0, wru: 0 }) };
  const wanted = payload.ReturnConsumedCapacity ?? "NONE";
  const asksOldItem =
    !isRead && payload.ReturnValuesOnConditionCheckFailure === undefined && hasCondition(payload);
  const additions: Record<string, string> = {};
  if (wanted !== "INDEXES") additions.ReturnConsumedCapacity = "INDEXES";
  if (asksOldItem) additions.ReturnValuesOnConditionCheckFailure = "ALL_OLD";
  return {
    body: addFields(body, payload, additions),
    read(status, answer) {
      if (status === 200) {
        const { body: rest, units, tableUnits } = readConsumed(answer, wanted);
        const total = units + unreported(action, payload, { units, tableUnits }, answer);
        return isRead ? { body: rest, rru: total, wru: 0 } : { body: rest, rru: 0, wru: total };
      }
      return { body: asksOldItem ? withoutItem(answer) : answer, rru: 0, wru: failedWrite(payload, answer) };
    },
  };
}

function hasCondition(payload: Payload): boolean {
  return payload.ConditionExpression !== undefined || payload.Expected !== undefined;
}

/** Writes the fields in front of the others, without the cost of writing the whole body anew. */
function addFields(body: Buffer, payload: Payload, additions: Record<string, string>): Buffer {
  const names = Object.keys(additions);
  if (names.length === 0) return body;
  if (body[0] !== 0x7b || names.some((name) => name in payload)) {
    return Buffer.from(JSON.stringify({ ...payload, ...additions }));
  }
  const fields = names.map((name) => `"${name}":"${additions[name]}",`).join("");
  return Buffer.concat([Buffer.from(`{${fields}`), body.subarray(1)]);
}

/** The units that DynamoDB Local reports: of table and indexes in sum, and of the table alone. */
interface Consumed {
  readonly units: number;
  readonly tableUnits: number;
}

const marker = '"ConsumedCapacity":';

/** DynamoDB Local writes the report last; the rest is passed on byte for byte. */
function readConsumed(body: Buffer, wanted: unknown): Consumed & { body: Buffer } {
  const start = body.lastIndexOf(marker);
  if (start < 0) return { body, units: 0, tableUnits: 0 };
  const report = start + marker.length;
  const end = endOfValue(body, report);
  const text = body.subarray(report, end).toString();
  // An attribute could bear this name, and then holds a typed value, never this field.
  if (!text.includes('"CapacityUnits":')) return { body, units: 0, tableUnits: 0 };
  const value: unknown = JSON.parse(text);
  const tables = (Array.isArray(value) ? value : [value]).filter(isRecord);
  const units = tables.reduce((total, table) => total + Number(table.CapacityUnits ?? 0), 0);
  const tableUnits = tables.reduce(
    (total, { Table }) => total + Number((isRecord(Table) && Table.CapacityUnits) || 0),
    0,
  );
  if (wanted === "INDEXES") return { body, units, tableUnits };
  if (wanted === "TOTAL") {
    const totals = tables.map(({ TableName, CapacityUnits }) => ({ TableName, CapacityUnits }));
    const shown = Buffer.from(JSON.stringify(Array.isArray(value) ? totals : totals[0]));
    return { body: Buffer.concat([body.subarray(0, report), shown, body.subarray(end)]), units, tableUnits };
  }
  const commaBefore = body[start - 1] === 0x2c;
  const from = commaBefore ? start - 1 : start;
  const to = !commaBefore && body[end] === 0x2c ? end + 1 : end;
  return { body: Buffer.concat([body.subarray(0, from), body.subarray(to)]), units, tableUnits };
}

/**
 * Returns where the object or array that begins at `start` ends. Its strings are names of tables
 * and hold no brackets.
 */
function endOfValue(body: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < body.length; at++) {
    const byte = body[at];
    if (byte === 0x7b || byte === 0x5b) depth++;
    else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) return at + 1;
  }
  return body.length;
}

function unreported(
  action: string,
  payload: Payload,
  { units, tableUnits }: Consumed,
  answer: Buffer,
): number {
  if (action === "Query" || action === "Scan") return units > 0 ? 0 : minimumRead(payload);
  if (action === "TransactWriteItems") return unreportedParts(payload, tableUnits);
  if (action !== "BatchGetItem" || !isRecord(payload.RequestItems)) return 0;
  const { Responses, UnprocessedKeys } = parsePayload(answer);
  let missing = 0;
  for (const [table, request] of Object.entries(payload.RequestItems)) {
    if (!isRecord(request)) continue;
    const found = isRecord(Responses) ? Responses[table] : undefined;
    const unprocessed = isRecord(UnprocessedKeys) ? UnprocessedKeys[table] : undefined;
    const count = length(request.Keys) - length(found) - length(isRecord(unprocessed) && unprocessed.Keys);
    missing += count * minimumRead(request);
  }
  return missing;
}

function unreportedParts({ TransactItems }: Payload, tableUnits: number): number {
  return Math.max(0, transactionUnits(TransactItems) - tableUnits);
}

function transactionUnits(parts: unknown): number {
  if (!Array.isArray(parts)) return 0;
  return parts.reduce<number>((total, part) => total + 2 * writeUnits(part?.Put?.Item), 0);
}

function minimumRead(request: Payload): number {
  return request.ConsistentRead === true ? 1 : 0.5;
}

function failedWrite(payload: Payload, answer: Buffer): number {
  if (answer.includes("ConditionalCheckFailedException")) return writeUnits(parsePayload(answer).Item);
  return answer.includes("TransactionCanceledException") ? transactionUnits(payload.TransactItems) : 0;
}

function writeUnits(item: unknown): number {
  return Math.max(1, Math.ceil(itemSize(item) / 1024));
}

function withoutItem(answer: Buffer): Buffer {
  if (!answer.includes("ConditionalCheckFailedException")) return answer;
  const { Item, ...rest } = parsePayload(answer);
  return Item === undefined ? answer : Buffer.from(JSON.stringify(rest));
}

function length(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
