import { isRecord, type Payload } from "../proxy/types.ts";

const words = new Set(["and", "or", "not", "between", "in", "set", "remove", "add", "delete"]);

/** The text of a key's value: a string, a number's digits or base64. */
export function keyText(value: unknown): string {
  if (!isRecord(value)) return "";
  return String(value.S ?? value.N ?? value.B ?? "");
}

/**
 * The values that a Query's key condition names, by attribute: for a range its lower end or prefix.
 */
export function keyConditionValues(payload: Payload): ReadonlyMap<string, string> {
  const expression = String(payload.KeyConditionExpression ?? "");
  const values = isRecord(payload.ExpressionAttributeValues) ? payload.ExpressionAttributeValues : {};
  const found = new Map<string, string>();
  const patterns = [
    /([#\w.-]+)\s*(?:=|<=|>=|<|>)\s*(:[\w-]+)/g,
    /begins_with\s*\(\s*([#\w.-]+)\s*,\s*(:[\w-]+)\s*\)/gi,
    /([#\w.-]+)\s+between\s+(:[\w-]+)/gi,
  ];
  for (const pattern of patterns) {
    for (const [, name = "", value = ""] of expression.matchAll(pattern)) {
      found.set(attributeName(name, payload), keyText(values[value]));
    }
  }
  return found;
}

/**
 * The top-level attributes that a request names anywhere, for the condition key
 * `dynamodb:Attributes`.
 */
export function namedAttributes(payload: Payload): readonly string[] {
  const names = new Set<string>();
  for (const field of ["Item", "Key", "ExclusiveStartKey"]) {
    const value = payload[field];
    if (isRecord(value)) for (const name of Object.keys(value)) names.add(name);
  }
  if (Array.isArray(payload.AttributesToGet))
    for (const name of payload.AttributesToGet) names.add(String(name));
  for (const [field, expression] of Object.entries(payload)) {
    if (!field.endsWith("Expression")) continue;
    // A name after a dot lies deeper; one before a parenthesis is a function; one after a colon is
    // a value.
    for (const [, name = ""] of String(expression).matchAll(
      /(?<![.:#\w-])(#?[A-Za-z_][\w-]*)(?!\w*\s*\()/g,
    )) {
      if (!words.has(name.toLowerCase())) names.add(attributeName(name, payload));
    }
  }
  return [...names];
}

function attributeName(name: string, payload: Payload): string {
  const names = payload.ExpressionAttributeNames;
  return name.startsWith("#") && isRecord(names) ? String(names[name] ?? name) : name;
}
