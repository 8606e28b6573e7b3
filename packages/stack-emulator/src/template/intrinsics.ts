import { NO_VALUE } from "./pseudo-parameters.ts";

/**
 * Finds the values that intrinsic functions name. Each method throws with a sentence if there is
 * none.
 */
export interface Scope {
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, top: string, second: string): unknown;
}

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

/**
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => scope.ref(text(argument, "Ref")),
  "Fn::GetAtt": (argument, scope) => {
    const [logicalId, ...path] =
      typeof argument === "string" ? argument.split(".") : list(argument, "Fn::GetAtt");
    return scope.attribute(
      text(logicalId, "Fn::GetAtt"),
      path.map((part) => text(resolve(part, scope), "Fn::GetAtt")).join("."),
    );
  },
  "Fn::Join": (argument, scope) => {
    const [separator, parts] = list(argument, "Fn::Join");
    const values = list(resolve(parts, scope), "Fn::Join").map((part) => text(part, "Fn::Join"));
    return values.join(text(separator, "Fn::Join"));
  },
  "Fn::Sub": (argument, scope) => {
    const [pattern, variables] = Array.isArray(argument) ? argument : [argument, {}];
    const named = record(resolve(variables, scope), "Fn::Sub");
    return text(pattern, "Fn::Sub").replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (name in named) return text(named[name], "Fn::Sub");
      const reference = name.includes(".") ? { "Fn::GetAtt": name } : { Ref: name };
      return text(resolve(reference, scope), "Fn::Sub");
    });
  },
  "Fn::Select": (argument, scope) => {
    const [index, values] = list(argument, "Fn::Select");
    return list(resolve(values, scope), "Fn::Select")[Number(resolve(index, scope))];
  },
  "Fn::Split": (argument, scope) => {
    const [separator, value] = list(argument, "Fn::Split");
    return text(resolve(value, scope), "Fn::Split").split(text(separator, "Fn::Split"));
  },
  "Fn::If": (argument, scope) => {
    const [condition, whenTrue, whenFalse] = list(argument, "Fn::If");
    return resolve(scope.condition(text(condition, "Fn::If")) ? whenTrue : whenFalse, scope);
  },
  "Fn::FindInMap": (argument, scope) => {
    const names = list(resolve(argument, scope), "Fn::FindInMap").map((part) => text(part, "Fn::FindInMap"));
    const [map = "", top = "", second = ""] = names;
    return scope.mapping(map, top, second);
  },
  "Fn::Base64": (argument, scope) =>
    Buffer.from(text(resolve(argument, scope), "Fn::Base64")).toString("base64"),
  "Fn::Equals": (argument, scope) => {
    const [left, right] = list(resolve(argument, scope), "Fn::Equals");
    return String(left) === String(right);
  },
  "Fn::And": (argument, scope) => list(argument, "Fn::And").every((part) => resolve(part, scope) === true),
  "Fn::Or": (argument, scope) => list(argument, "Fn::Or").some((part) => resolve(part, scope) === true),
  "Fn::Not": (argument, scope) => list(argument, "Fn::Not").every((part) => resolve(part, scope) === false),
};

/**
 * Resolves the intrinsic functions anywhere inside `value`; properties that are `AWS::NoValue`
 * disappear.
 */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value))
    return value.map((item) => resolve(item, scope)).filter((item) => item !== NO_VALUE);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first) {
    const [name, argument] = first;
    const intrinsic = intrinsics[name];
    if (intrinsic) return intrinsic(argument, scope);
    if (name.startsWith("Fn::")) {
      throw new Error(
        `The template uses ${name}, which the emulator does not resolve. Write the value another way.`,
      );
    }
    // Also the name of an IAM policy's block, whose value is then an object.
    if (name === "Condition" && typeof argument === "string") return scope.condition(argument);
  }
  return Object.fromEntries(
    entries
      .map(([key, item]) => [key, resolve(item, scope)] as const)
      .filter(([, item]) => item !== NO_VALUE),
  );
}

function text(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Error(`${where} in the template needs text and got ${JSON.stringify(value)}.`);
}

function list(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${where} in the template needs a list and got ${JSON.stringify(value)}.`);
}

function record(value: unknown, where: string): Record<string, unknown> {
  // An object that is no array is a record of unknown values.
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new Error(`${where} in the template needs an object and got ${JSON.stringify(value)}.`);
}
