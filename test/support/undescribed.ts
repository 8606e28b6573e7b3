import type {
  MediaType,
  OpenApiDocument,
  OperationObject,
  Parameter,
  Response,
  Schema,
} from "../../lib/openapi/document.ts";

const isText = (value: unknown): boolean => typeof value === "string" && value.trim() !== "";

/**
 * Lists everything in an OpenAPI document that lacks a description, an example or a limit, by its
 * place. A property has an example of its own, or its schema's parts have one each.
 */
export function listUndescribed({ tags, paths, components }: OpenApiDocument): string[] {
  const missing: string[] = [];
  const lacks = (place: string, what: string): void => {
    missing.push(`${place} has no ${what}`);
  };

  const named = ({ $ref = "" }: Schema): Schema | undefined =>
    components.schemas[$ref.slice("#/components/schemas/".length)];

  const hasExample = (schema: Schema): boolean => {
    if (schema.examples) return schema.examples.length > 0;
    if (schema.$ref !== undefined) return named(schema) !== undefined;
    if (schema.anyOf) return schema.anyOf.some(hasExample);
    if (schema.items) return hasExample(schema.items);
    // Each property is visited by itself.
    return schema.properties !== undefined;
  };

  const visitProperties = ({ properties, items }: Schema, place: string): void => {
    if (items) visitProperties(items, `${place}[]`);
    for (const [name, property] of Object.entries(properties ?? {})) {
      const own = `${place}.${name}`;
      if (!isText(property.description)) lacks(own, "description");
      if (!hasExample(property)) lacks(own, "example");
      visitProperties(property, own);
    }
  };

  const visitParameter = (
    { name, in: where, description, example, schema }: Parameter,
    place: string,
  ): void => {
    const own = `${place} ${where}.${name}`;
    if (!isText(description)) lacks(own, "description");
    if (example === undefined) lacks(own, "example");
    visitLimits(schema, own);
  };

  /** The schemas of requests state the limits of their values. */
  const visitLimits = (schema: Schema, place: string): void => {
    const { type, enum: values, format, properties, items } = schema;
    const types = [type].flat();
    if (values || schema.$ref !== undefined) return;
    const has = (limit: string): boolean => limit in schema;
    if (types.includes("string") && !has("maxLength") && !has("pattern") && format === undefined)
      lacks(place, "length");
    if (types.includes("array") && !has("maxItems")) lacks(place, "number of items");
    if ((types.includes("integer") || types.includes("number")) && !has("minimum")) lacks(place, "minimum");
    for (const one of schema.anyOf ?? []) visitLimits(one, place);
    if (items) visitLimits(items, `${place}[]`);
    for (const [name, property] of Object.entries(properties ?? {}))
      visitLimits(property, `${place}.${name}`);
  };

  const visitResponse = ({ $ref, description, headers, content }: Response, place: string): void => {
    if ($ref !== undefined) return;
    if (!isText(description)) lacks(place, "description");
    for (const [name, header] of Object.entries(headers ?? {})) {
      if (!isText(header.description)) lacks(`${place} ${name}`, "description");
      if (header.example === undefined) lacks(`${place} ${name}`, "example");
    }
    for (const media of Object.values(content ?? {})) visitMedia(media, place);
  };

  const visitMedia = ({ schema }: MediaType, place: string): void => {
    if (schema.properties) lacks(place, "name for the schema of its body");
  };

  const visitOperation = (operation: OperationObject, place: string): void => {
    if (!isText(operation.summary)) lacks(place, "summary");
    if (!isText(operation.description)) lacks(place, "description");
    for (const parameter of operation.parameters ?? []) visitParameter(parameter, place);
    for (const { schema, example } of Object.values(operation.requestBody?.content ?? {})) {
      if (example === undefined) lacks(`${place} body`, "example");
      visitProperties(schema, `${place} body`);
      visitLimits(schema, `${place} body`);
    }
    for (const [status, response] of Object.entries(operation.responses))
      visitResponse(response, `${place} ${status}`);
  };

  const used = new Set<string>();
  for (const [path, item] of Object.entries(paths))
    for (const [method, operation] of Object.entries(item)) {
      visitOperation(operation, `${method} ${path}`);
      for (const tag of operation.tags) used.add(tag);
    }
  for (const tag of used)
    if (!tags.some(({ name, description }) => name === tag && isText(description)))
      lacks(`the tag ${tag}`, "description");
  for (const [name, response] of Object.entries(components.responses)) visitResponse(response, name);
  for (const [name, schema] of Object.entries(components.schemas)) {
    if (!isText(schema.description)) lacks(name, "description");
    if (!schema.examples?.length) lacks(name, "example");
    visitProperties(schema, name);
  }
  return missing;
}
