import { isRecord } from "../proxy/types.ts";

/**
 * An item's size in bytes as DynamoDB counts it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemSize(item: unknown): number {
  if (!isRecord(item)) return 0;
  let size = 0;
  for (const [name, value] of Object.entries(item)) size += Buffer.byteLength(name) + valueSize(value);
  return size;
}

function valueSize(value: unknown): number {
  if (!isRecord(value)) return 0;
  for (const [type, content] of Object.entries(value)) {
    if (type === "S") return Buffer.byteLength(String(content));
    if (type === "N") return numberSize(String(content));
    if (type === "B") return base64Size(String(content));
    if (type === "M") return 3 + itemSize(content) + (isRecord(content) ? Object.keys(content).length : 0);
    if (!Array.isArray(content)) return 1; // BOOL and NULL
    if (type === "SS") return sum(content, (text) => Buffer.byteLength(String(text)));
    if (type === "NS") return sum(content, (number) => numberSize(String(number)));
    if (type === "BS") return sum(content, (data) => base64Size(String(data)));
    return 3 + sum(content, (element) => 1 + valueSize(element));
  }
  return 0;
}

/** About one byte for two significant digits, and one more. */
function numberSize(number: string): number {
  const digits = number.replace(/[eE].*$/, "").replace(/[^0-9]/g, "");
  return Math.ceil(digits.replace(/^0+|0+$/g, "").length / 2) + 1 + (number.startsWith("-") ? 1 : 0);
}

function base64Size(text: string): number {
  return Buffer.byteLength(text, "base64");
}

function sum(values: readonly unknown[], size: (value: unknown) => number): number {
  return values.reduce<number>((total, value) => total + size(value), 0);
}
