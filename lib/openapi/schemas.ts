import type { Field, Fields } from "../../contract/descriptions/describe.ts";
import type { Schema, Schemas } from "./document.ts";

function isNull({ type }: Schema): boolean {
  return type === "null";
}

/** `X or null` as one schema, if X has a type of its own. */
function withNull(schema: Schema): Schema {
  const { anyOf = [], ...rest } = schema;
  const [value, none, ...others] = anyOf;
  if (!value || !none || others.length > 0 || !isNull(none)) return schema;
  if (!("type" in value) || typeof value.type !== "string") return schema;
  return {
    ...value,
    ...rest,
    type: [value.type, "null"],
    ...(value.enum && { enum: [...value.enum, null] }),
  };
}

/** Without the bounds of JavaScript's whole numbers, which say nothing about the field. */
function withoutSafeBounds({ minimum, maximum, exclusiveMinimum, ...rest }: Schema): Schema {
  const least = exclusiveMinimum === undefined ? minimum : exclusiveMinimum + 1;
  return {
    ...rest,
    ...(least !== undefined && least !== Number.MIN_SAFE_INTEGER && { minimum: least }),
    ...(maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER && { maximum }),
  };
}

/** The same schema in the words of OpenAPI, without what zod says only about its own validation. */
function inWordsOfOpenApi(schema: Schema): Schema {
  const { propertyNames: _, pattern, ...rest } = withNull(schema);
  // A named schema says everything itself: zod repeats it where a schema was derived from it.
  if (rest.$ref !== undefined) return { $ref: rest.$ref };
  const isInteger = [rest.type].flat().includes("integer");
  // A query has only texts. `true` and `false` in it are what OpenAPI calls a boolean.
  if (rest.enum?.join() === "true,false") return { type: "boolean" };
  // The format of a time says the same as its pattern.
  const isTime = rest.format === "date-time" || rest.format === "date";
  return {
    ...(isInteger ? withoutSafeBounds(rest) : rest),
    ...(pattern !== undefined && !isInteger && !isTime && { pattern }),
  };
}

export function tidySchema(schema: Schema): Schema {
  const { properties, items, additionalProperties, anyOf, ...rest } = inWordsOfOpenApi(schema);
  return {
    ...rest,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, tidySchema(property)]),
      ),
    }),
    ...(items && { items: tidySchema(items) }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === "boolean" ? additionalProperties : tidySchema(additionalProperties),
    }),
    ...(anyOf && { anyOf: anyOf.map(tidySchema) }),
  };
}

/** A description is missing, or describes nothing. The message names the place. */
class DescriptionError extends Error {
  override readonly name = "DescriptionError";
}

/**
 * Describes each property of an object. Throws if one has no description, or if a description has
 * no property.
 */
export function describeProperties(schema: Schema, fields: Fields, place: string): Schema {
  const { properties = {}, ...rest } = schema;
  const unknown = Object.keys(fields).find((name) => !(name in properties));
  if (unknown !== undefined)
    throw new DescriptionError(`contract/descriptions describes ${place}.${unknown}, which does not exist.`);
  return {
    ...rest,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, property]) => {
        const field = fields[name];
        if (!field)
          throw new DescriptionError(`${place}.${name} has no description: add it to contract/descriptions.`);
        return [name, describeField(property, field, `${place}.${name}`)];
      }),
    ),
  };
}

/**
 * Describes a value, and the fields of an object or of a list's objects that have no name of their
 * own.
 */
export function describeField(
  schema: Schema,
  { description, example, fields }: Field,
  place: string,
): Schema {
  const described = {
    ...describeInside(schema, fields ?? {}, place),
    description,
    ...(example !== undefined && { examples: [example] }),
  };
  return described;
}

function describeInside(schema: Schema, fields: Fields, place: string): Schema {
  if (schema.properties) return describeProperties(schema, fields, place);
  if (schema.items && "properties" in schema.items)
    return { ...schema, items: describeProperties(schema.items, fields, `${place}[]`) };
  return schema;
}

export function nameOf(reference: string): string {
  return reference.slice("#/components/schemas/".length);
}

/** The example of a schema, from the examples of its parts; undefined if one of them has none. */
export function exampleOf(schema: Schema, schemas: Schemas): unknown {
  if (schema.examples) return schema.examples[0];
  if (schema.$ref !== undefined) {
    const named = schemas[nameOf(schema.$ref)];
    return named && exampleOf(named, schemas);
  }
  if (schema.anyOf)
    return schema.anyOf.map((one) => exampleOf(one, schemas)).find((one) => one !== undefined);
  if (schema.items) {
    const entry = exampleOf(schema.items, schemas);
    return entry === undefined ? undefined : [entry];
  }
  if (!schema.properties) return undefined;
  return Object.fromEntries(
    Object.entries(schema.properties).map(([name, property]) => [name, exampleOf(property, schemas)]),
  );
}
