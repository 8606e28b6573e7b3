import { isRecord } from "../proxy/types.ts";

/** Whether a record passes one of a mapping's filters. */
export type Filter = (value: unknown) => boolean;

/**
 * Compiles a filter pattern. It knows the operators that Lambda documents, and no others of
 * EventBridge.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax
 * Throws for a pattern that Lambda would refuse, and names the place. `numeric: false` refuses
 * numeric operators too.
 */
export function compileFilter(pattern: unknown, { numeric }: { numeric: boolean }): Filter {
  return compileNode(pattern, "the pattern", numeric);
}

function compileNode(pattern: unknown, at: string, numeric: boolean): Filter {
  if (!isRecord(pattern) || Object.keys(pattern).length === 0) {
    throw new Error(`${at} must be an object with at least one key.`);
  }
  const tests = Object.entries(pattern).map(([key, rule]): Filter => {
    const place = `${at}.${key}`;
    if (key === "$or") {
      if (!Array.isArray(rule) || rule.length < 2)
        throw new Error(`${place} must be a list of at least two patterns.`);
      const options = rule.map((option, index) => compileNode(option, `${place}[${index}]`, numeric));
      return (value) => options.some((option) => option(value));
    }
    const test = Array.isArray(rule) ? compileLeaf(rule, place, numeric) : compileNode(rule, place, numeric);
    return (value) => test(isRecord(value) ? value[key] : undefined);
  });
  // A list of objects matches when one of its members does.
  return (value) =>
    Array.isArray(value)
      ? value.some((member) => tests.every((test) => test(member)))
      : tests.every((test) => test(value));
}

type Leaf = string | number | boolean | null;

const isLeaf = (value: unknown): value is Leaf =>
  value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";

function compileLeaf(rules: readonly unknown[], at: string, numeric: boolean): Filter {
  if (rules.length === 0) throw new Error(`${at} must name at least one value.`);
  const tests = rules.map((rule, index) => compileRule(rule, `${at}[${index}]`, numeric));
  return (value) => {
    const leaves = (Array.isArray(value) ? value : [value]).filter(isLeaf);
    return tests.some((test) => test(leaves));
  };
}

/**
 * A test of the leaves at a place: one, several of a list, or none. Objects are no leaves, so
 * `exists` does not see them.
 */
type LeafTest = (leaves: readonly Leaf[]) => boolean;

function compileRule(rule: unknown, at: string, numeric: boolean): LeafTest {
  // Lambda compares numbers as they are written: 300 is not 300.0. This code compares their values.
  if (isLeaf(rule)) return (leaves) => leaves.includes(rule);
  const [operator, ...others] = isRecord(rule) ? Object.keys(rule) : [];
  if (!isRecord(rule) || operator === undefined || others.length > 0) {
    throw new Error(`${at} must be a value, or an object with one operator.`);
  }
  const operand = rule[operator];
  const text = (): string => {
    if (typeof operand !== "string") throw new Error(`${at}.${operator} must be text.`);
    return operand;
  };
  switch (operator) {
    case "exists":
      if (typeof operand !== "boolean") throw new Error(`${at}.exists must be true or false.`);
      return (leaves) => leaves.length > 0 === operand;
    case "prefix":
      return some(text(), (leaf, wanted) => leaf.startsWith(wanted));
    case "suffix":
      return some(text(), (leaf, wanted) => leaf.endsWith(wanted));
    case "equals-ignore-case":
      return some(text().toLowerCase(), (leaf, wanted) => leaf.toLowerCase() === wanted);
    case "anything-but":
      return anythingBut(operand, at);
    case "numeric":
      if (!numeric)
        throw new Error(
          `${at}.numeric: DynamoDB's numbers are text in a record, so Lambda's numeric filters never match them.`,
        );
      return compileNumeric(operand, at);
    default:
      throw new Error(
        `${at}.${operator}: Lambda's filters know exists, prefix, suffix, equals-ignore-case, anything-but, numeric and $or.`,
      );
  }
}

const some =
  (wanted: string, test: (leaf: string, wanted: string) => boolean): LeafTest =>
  (leaves) =>
    leaves.some((leaf) => typeof leaf === "string" && test(leaf, wanted));

function anythingBut(operand: unknown, at: string): LeafTest {
  const values = Array.isArray(operand) ? operand : [operand];
  if (values.length === 0 || !values.every(isLeaf))
    throw new Error(`${at}.anything-but must be a value or a list of values.`);
  return (leaves) => leaves.some((leaf) => !values.includes(leaf));
}

const comparisons: Record<string, (value: number, bound: number) => boolean> = {
  "=": (value, bound) => value === bound,
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
};

function compileNumeric(operand: unknown, at: string): LeafTest {
  const parts: readonly unknown[] = Array.isArray(operand) ? operand : [];
  const tests: ((value: number) => boolean)[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const compare = comparisons[String(parts[index])];
    const bound = parts[index + 1];
    if (compare === undefined || typeof bound !== "number") {
      throw new Error(`${at}.numeric must be pairs of an operator (=, <, <=, >, >=) and a number.`);
    }
    tests.push((value) => compare(value, bound));
  }
  if (tests.length === 0 || tests.length > 2)
    throw new Error(`${at}.numeric must hold one or two comparisons.`);
  return (leaves) => leaves.some((leaf) => typeof leaf === "number" && tests.every((test) => test(leaf)));
}
