import { accessDenied, S3Error } from "./errors.ts";

/**
 * Holds a form against its policy:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html Every
 * condition must hold, and every field but `file`, `policy`, `x-amz-signature` and `x-ignore-*`
 * must be named by a condition. Field names are compared without case: `fields` has them in lower
 * case. `bucket` may be named by the policy without being a field, so the caller adds it to
 * `implied`.
 */
export function requirePolicy(
  policyText: string,
  fields: ReadonlyMap<string, string>,
  implied: ReadonlyMap<string, string>,
  size: number,
  now: number,
): void {
  const { expiration, conditions } = parsePolicy(policyText);
  if (now >= expiration) throw accessDenied("Invalid according to Policy: Policy expired.");
  const covered = new Set(["file", "policy", "x-amz-signature"]);
  for (const condition of conditions) {
    if (condition.kind === "size") {
      requireSize(size, condition);
      continue;
    }
    covered.add(condition.field);
    const value = fields.get(condition.field) ?? implied.get(condition.field) ?? "";
    if (!holds(condition, value)) {
      throw accessDenied(`Invalid according to Policy: Policy Condition failed: ${condition.source}`);
    }
  }
  const extra = [...fields.keys()].filter((name) => !covered.has(name) && !name.startsWith("x-ignore-"));
  if (extra.length > 0)
    throw accessDenied(`Invalid according to Policy: Extra input fields: ${extra.join(", ")}`);
}

type Condition =
  | {
      readonly kind: "eq" | "starts-with";
      readonly field: string;
      readonly value: string;
      readonly source: string;
    }
  | { readonly kind: "size"; readonly min: number; readonly max: number };

function requireSize(size: number, { min, max }: { min: number; max: number }): void {
  if (size < min) {
    throw new S3Error(
      400,
      "EntityTooSmall",
      "Your proposed upload is smaller than the minimum allowed size",
      {
        ProposedSize: String(size),
        MinSizeAllowed: String(min),
      },
    );
  }
  if (size > max) {
    throw new S3Error(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
      ProposedSize: String(size),
      MaxSizeAllowed: String(max),
    });
  }
}

function holds(condition: { kind: string; field: string; value: string }, value: string): boolean {
  if (condition.kind === "eq") return value === condition.value;
  // A Content-Type with commas is a list, each of which must begin so.
  const values = condition.field === "content-type" ? value.split(",") : [value];
  return values.every((item) => item.startsWith(condition.value));
}

function parsePolicy(text: string): { expiration: number; conditions: Condition[] } {
  const policy = parseJson(Buffer.from(text, "base64").toString("utf8"));
  const expiration = Date.parse(String(policy.expiration));
  if (Number.isNaN(expiration)) throw invalidPolicy("Invalid Policy: Invalid 'expiration' value.");
  if (!Array.isArray(policy.conditions))
    throw invalidPolicy("Invalid Policy: Policy must contain 'conditions'.");
  return { expiration, conditions: policy.conditions.flatMap(parseCondition) };
}

function parseJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value));
  } catch {
    // Falls to the error below.
  }
  throw invalidPolicy("Invalid Policy: Invalid JSON.");
}

function parseCondition(condition: unknown): Condition[] {
  if (Array.isArray(condition)) return [parseListCondition(condition)];
  if (typeof condition !== "object" || condition === null)
    throw invalidPolicy("Invalid Policy: Invalid Condition.");
  return Object.entries(condition).map(([name, value]) => ({
    kind: "eq",
    field: name.toLowerCase(),
    value: String(value),
    source: JSON.stringify(["eq", `$${name}`, value]),
  }));
}

function parseListCondition(condition: readonly unknown[]): Condition {
  const [operator, first, second] = condition;
  const kind = String(operator).toLowerCase();
  if (kind === "content-length-range") {
    const [min, max] = [Number(first), Number(second)];
    if (!Number.isInteger(min) || !Number.isInteger(max))
      throw invalidPolicy("Invalid Policy: Invalid content-length-range.");
    return { kind: "size", min, max };
  }
  if ((kind !== "eq" && kind !== "starts-with") || typeof first !== "string" || !first.startsWith("$")) {
    throw invalidPolicy(`Invalid Policy: Invalid Simple-Condition: ${JSON.stringify(condition)}`);
  }
  return {
    kind,
    field: first.slice(1).toLowerCase(),
    value: String(second),
    source: JSON.stringify(condition),
  };
}

const invalidPolicy = (message: string): S3Error => new S3Error(400, "InvalidPolicyDocument", message);
