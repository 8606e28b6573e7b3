import { isRecord } from "../types.ts";
import { arnWildcard, wildcard } from "./wildcard.ts";

/**
 * Whether a call meets a statement's conditions. Throws UnsupportedCondition for what it cannot
 * judge.
 */
export type ConditionTest = (context: Readonly<Record<string, readonly string[]>>) => boolean;

/**
 * A condition that the emulator cannot judge. The call that meets it is refused: a guess could hide
 * a missing grant.
 */
export class UnsupportedCondition extends Error {}

type Operator = (value: string, pattern: string) => boolean;

const like: Operator = (value, pattern) => wildcard(pattern)(value);
const likeArn: Operator = (value, pattern) => arnWildcard(pattern)(value);
const equals: Operator = (value, pattern) => value === pattern;
const equalsIgnoreCase: Operator = (value, pattern) => value.toLowerCase() === pattern.toLowerCase();

/**
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
const operators: Readonly<Record<string, { readonly match: Operator; readonly negated?: true }>> = {
  stringequals: { match: equals },
  stringnotequals: { match: equals, negated: true },
  stringequalsignorecase: { match: equalsIgnoreCase },
  stringnotequalsignorecase: { match: equalsIgnoreCase, negated: true },
  stringlike: { match: like },
  stringnotlike: { match: like, negated: true },
  arnequals: { match: likeArn },
  arnlike: { match: likeArn },
  arnnotequals: { match: likeArn, negated: true },
  arnnotlike: { match: likeArn, negated: true },
  bool: { match: equalsIgnoreCase },
};

/**
 * Keys that a call has or may lack; a key outside this list is one that the emulator gives no value
 * to.
 */
const knownKeys = new Set([
  "dynamodb:leadingkeys",
  "dynamodb:attributes",
  "dynamodb:select",
  "dynamodb:returnvalues",
  "dynamodb:enclosingoperation",
  "s3:prefix",
  "aws:securetransport",
  "aws:principalarn",
  "aws:principalaccount",
  "aws:resourceaccount",
  "aws:requestedregion",
]);

/** The tag of an object is part of its key's name, and so any of these may be asked for. */
const isKnown = (key: string): boolean => knownKeys.has(key) || key.startsWith("s3:existingobjecttag/");

/**
 * Compiles a statement's `Condition` block: all operators and all keys must hold, any of a key's
 * values.
 */
export function compileConditions(block: unknown): ConditionTest | undefined {
  if (!isRecord(block)) return undefined;
  const tests = Object.entries(block).flatMap(([operator, keys]) =>
    Object.entries(isRecord(keys) ? keys : {}).map(([key, values]) =>
      compileTest(operator, key.toLowerCase(), (Array.isArray(values) ? values : [values]).map(String)),
    ),
  );
  return (context) => tests.every((test) => test(context));
}

function compileTest(fullName: string, key: string, patterns: readonly string[]): ConditionTest {
  const name = fullName.toLowerCase();
  const forAll = name.startsWith("forallvalues:");
  const forAny = name.startsWith("foranyvalue:");
  const ifExists = name.endsWith("ifexists");
  const base = name.replace(/^for(allvalues|anyvalue):/, "").replace(/ifexists$/, "");
  const unsupported = !isKnown(key) ? `key ${key}` : undefined;
  if (unsupported) return refuse(unsupported);
  if (base === "null") {
    return (context) => ((context[key]?.length ?? 0) === 0) === (patterns[0]?.toLowerCase() === "true");
  }
  const operator = operators[base];
  if (!operator) return refuse(`operator ${fullName}`);
  const { match, negated } = operator;
  // A negated operator holds when none of its values matches.
  const holds = (value: string) => patterns.some((pattern) => match(value, pattern)) !== (negated ?? false);
  return (context) => {
    const values = context[key] ?? [];
    // With no value, ForAllValues and negated operators hold, and all others do not.
    if (values.length === 0) return forAll || ifExists || (negated === true && !forAny);
    return forAll ? values.every(holds) : values.some(holds);
  };
}

function refuse(what: string): ConditionTest {
  return () => {
    throw new UnsupportedCondition(`the emulator does not know the condition ${what}`);
  };
}
