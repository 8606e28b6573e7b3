import type * as z from "zod";
import type { ZodOpenApiOperationObject, ZodOpenApiResponsesObject } from "zod-openapi";
import type { Fields, OperationDescription, Variant } from "../../contract/descriptions/describe.ts";
import { headers, pathParameters } from "../../contract/descriptions/parameters.ts";
import type { Operation } from "../../contract/operation.ts";
import type { OperationObject, Parameter, RequestBody, Schemas } from "./document.ts";
import { describeProperties, exampleOf, tidySchema } from "./schemas.ts";

const json = "application/json";

const ofUserPool = "This operation exists only if the stack's own user pool keeps the accounts.";

/** Whether a request without a body is valid: the server takes it for an empty object. */
function isOptional(body: z.ZodType): boolean {
  return body.safeParse({}).success;
}

/** An operation with the schemas of the contract, from which the document is then made. */
export function describeOperation(
  operation: Operation,
  { description }: OperationDescription,
  responses: ZodOpenApiResponsesObject,
): ZodOpenApiOperationObject {
  const body = operation.body?.();
  return {
    operationId: operation.id,
    tags: [operation.area],
    summary: operation.summary,
    description: operation.identity === "pool" ? `${description} ${ofUserPool}` : description,
    security: operation.auth === "user" ? [{ token: [] }] : [],
    requestParams: {
      ...(operation.params && { path: operation.params() }),
      ...(operation.query && { query: operation.query() }),
      ...(operation.headers && { header: operation.headers() }),
    },
    ...(body && { requestBody: { required: !isOptional(body), content: { [json]: { schema: body } } } }),
    responses,
  };
}

/** The value that a query parameter has if it is left out; undefined if it has none. */
function defaultOf(operation: Operation, name: string): unknown {
  const given: unknown = operation.query?.().shape[name]?.safeParse(undefined).data;
  // A query has only texts, and OpenAPI a boolean.
  return given === "true" || given === "false" ? given === "true" : given;
}

/** The descriptions of parameters, by where a parameter stands. */
function fieldsOf(description: OperationDescription): Readonly<Record<string, Fields>> {
  return {
    path: pathParameters,
    query: description.query ?? {},
    header: headers,
  };
}

function finishParameter(
  parameter: Parameter,
  operation: Operation,
  description: OperationDescription,
): Parameter {
  const place = `${operation.id} ${parameter.in}.${parameter.name}`;
  const field = fieldsOf(description)[parameter.in]?.[parameter.name];
  if (!field) throw new Error(`${place} has no description: add it to contract/descriptions.`);
  const schema = tidySchema(parameter.schema);
  const initial = parameter.in === "query" ? defaultOf(operation, parameter.name) : undefined;
  return {
    ...parameter,
    description: field.description,
    schema: { ...schema, ...(initial !== undefined && { default: initial }) },
    example: schema.type === "boolean" ? field.example === "true" : field.example,
  };
}

/** The body of a request, with the descriptions and the example of its fields. */
function finishBody(
  { content, ...rest }: RequestBody,
  operation: Operation,
  { body = {}, bodyExample }: OperationDescription,
  schemas: Schemas,
): RequestBody {
  const schema = describeProperties(tidySchema(content[json]?.schema ?? {}), body, `${operation.id} body`);
  return { ...rest, content: { [json]: { schema, example: bodyExample ?? exampleOf(schema, schemas) } } };
}

/**
 * Puts descriptions, defaults and examples to the parameters and the body that were made of the
 * schemas.
 */
export function finishOperation(
  { parameters, requestBody, responses, ...rest }: OperationObject,
  operation: Operation,
  description: OperationDescription,
  schemas: Schemas,
): OperationObject {
  return {
    ...rest,
    ...(parameters && {
      parameters: parameters.map((parameter) => finishParameter(parameter, operation, description)),
    }),
    ...(requestBody && { requestBody: finishBody(requestBody, operation, description, schemas) }),
    responses,
  };
}

/** The same operation for one value of a path parameter, which is then a part of its path. */
export function variantOf(
  { parameters = [], requestBody, responses, ...rest }: OperationObject,
  parameter: string,
  { operationId, summary, description, body = {} }: Variant,
  schemas: Schemas,
): OperationObject {
  const others = parameters.filter(({ name }) => name !== parameter);
  return {
    ...rest,
    operationId,
    summary,
    description,
    ...(others.length > 0 && { parameters: others }),
    ...(requestBody && { requestBody: bodyOfVariant(requestBody, body, schemas) }),
    responses,
  };
}

function bodyOfVariant(
  { content, ...rest }: RequestBody,
  body: NonNullable<Variant["body"]>,
  schemas: Schemas,
): RequestBody {
  const { properties, ...object } = content[json]?.schema ?? {};
  const changed = Object.entries(body).map(([name, { example, values }]) => [
    name,
    { ...properties?.[name], ...(values && { enum: values }), examples: [example] },
  ]);
  const schema = { ...object, properties: { ...properties, ...Object.fromEntries(changed) } };
  return { ...rest, content: { [json]: { schema, example: exampleOf(schema, schemas) } } };
}
