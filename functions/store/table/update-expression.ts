/** Builds the expressions of conditional writes from attributes, values and conditions. */

type Values = Readonly<Record<string, unknown>>;

export interface Condition {
  /** Clauses that must all hold. Among several, a clause with OR stands in parentheses. */
  readonly condition?: string | readonly string[] | undefined;
  /** Names that are data: `{ user: userId }` defines `#user`. Any other `#name` means itself. */
  readonly names?: Readonly<Record<string, string>> | undefined;
  /**
   * Values that the clauses name: `{ limit: 5 }` defines `:limit`. An undefined one is left out.
   */
  readonly values?: Values | undefined;
}

/**
 * An update of one item. Attributes are named by their paths, such as `members.#user.role`. The
 * clauses of its condition may name a new value by its path as well, with `_` for each `.`: `{ set:
 * { seq }, condition: "seq < :seq" }`.
 */
export interface Update extends Condition {
  /** New values. Undefined leaves an attribute as it is, and null removes it. */
  readonly set?: Values | undefined;
  /** New values that DynamoDB computes: `{ seq: "seq + :one" }`. */
  readonly compute?: Readonly<Record<string, string>> | undefined;
  readonly remove?: readonly string[] | undefined;
  /**
   * Amounts to add to numbers, and members to add to sets. DynamoDB takes no empty set: it is left
   * out.
   */
  readonly add?: Readonly<Record<string, number | ReadonlySet<unknown>>> | undefined;
  /** Members to delete from sets. An empty set is left out. */
  readonly delete?: Readonly<Record<string, ReadonlySet<unknown>>> | undefined;
}

interface Attributes {
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, unknown>;
}

/** Returns a path in placeholders, since many names of attributes are reserved words. */
function placeholderOf(path: string): string {
  return path
    .split(".")
    .map((name) => (name.startsWith("#") ? name : `#${name}`))
    .join(".");
}

function valueNameOf(path: string): string {
  return path.replaceAll(/[.#]+/g, "_");
}

function isFilled(amount: number | ReadonlySet<unknown>): boolean {
  return typeof amount === "number" || amount.size > 0;
}

function conditionOf({ condition = [] }: Condition): string {
  return typeof condition === "string" ? condition : condition.join(" AND ");
}

/** Returns the names and values that the expressions use, without records that would be empty. */
function attributesOf(
  expressions: string,
  names: Readonly<Record<string, string>>,
  values: Values,
): Attributes {
  const used = [...expressions.matchAll(/#(\w+)/g)].map(([, name = ""]) => name);
  const defined = Object.entries(values).filter(([, value]) => value !== undefined);
  return {
    ...(used.length > 0 && {
      ExpressionAttributeNames: Object.fromEntries(used.map((name) => [`#${name}`, names[name] ?? name])),
    }),
    ...(defined.length > 0 && {
      ExpressionAttributeValues: Object.fromEntries(defined.map(([name, value]) => [`:${name}`, value])),
    }),
  };
}

/** Returns the condition of a put, a delete or a check: clauses, and the values that they name. */
export function conditionExpression(
  condition: string | readonly string[],
  values: Values = {},
): Attributes & { readonly ConditionExpression: string } {
  const ConditionExpression = conditionOf({ condition });
  return { ConditionExpression, ...attributesOf(ConditionExpression, {}, values) };
}

/**
 * Returns the expressions of an update. Throws if it changes nothing, or gives one value two
 * meanings.
 */
export function updateExpression(
  update: Update,
): Attributes & { readonly UpdateExpression: string; readonly ConditionExpression?: string } {
  const values: Record<string, unknown> = { ...update.values };
  const valueFor = (path: string, value: unknown): string => {
    const name = valueNameOf(path);
    if (values[name] !== undefined) throw new Error(`The update defines :${name} twice.`);
    values[name] = value;
    return `:${name}`;
  };
  const changes = Object.entries(update.set ?? {}).filter(([, value]) => value !== undefined);
  const removed = changes.filter(([, value]) => value === null).map(([path]) => path);
  const amounts = ([path, amount]: readonly [string, number | ReadonlySet<unknown>]): string =>
    `${placeholderOf(path)} ${valueFor(path, amount)}`;
  const clauses = {
    SET: [
      ...changes
        .filter(([, value]) => value !== null)
        .map(([path, value]) => `${placeholderOf(path)} = ${valueFor(path, value)}`),
      ...Object.entries(update.compute ?? {}).map(([path, formula]) => `${placeholderOf(path)} = ${formula}`),
    ],
    REMOVE: [...removed, ...(update.remove ?? [])].map(placeholderOf),
    ADD: Object.entries(update.add ?? {})
      .filter(([, amount]) => isFilled(amount))
      .map(amounts),
    DELETE: Object.entries(update.delete ?? {})
      .filter(([, amount]) => isFilled(amount))
      .map(amounts),
  };
  const UpdateExpression = Object.entries(clauses)
    .filter(([, terms]) => terms.length > 0)
    .map(([action, terms]) => `${action} ${terms.join(", ")}`)
    .join(" ");
  if (UpdateExpression === "") throw new Error("The update changes nothing.");
  const ConditionExpression = conditionOf(update);
  return {
    UpdateExpression,
    ...(ConditionExpression !== "" && { ConditionExpression }),
    ...attributesOf(`${UpdateExpression} ${ConditionExpression}`, update.names ?? {}, values),
  };
}
