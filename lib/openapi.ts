import * as z from "zod";
import { createDocument, type ZodOpenApiPathsObject } from "zod-openapi";
import { operationDescriptions, schemaDescriptions } from "../contract/descriptions/all.ts";
import { areaDescriptions, conventions } from "../contract/descriptions/areas.ts";
import type { SchemaDescription } from "../contract/descriptions/describe.ts";
import type { Operation } from "../contract/operation.ts";
import { type OperationId, operations } from "../contract/operations.ts";
import type { OpenApiDocument, OperationObject, PathItem, Schema, Schemas } from "./openapi/document.ts";
import { describeOperation, finishOperation, variantOf } from "./openapi/operations.ts";
import { collectResponses, successResponses } from "./openapi/responses.ts";
import { describeProperties, exampleOf, tidySchema } from "./openapi/schemas.ts";

// Safe: Object.entries forgets the key type.
const all = Object.entries(operations) as [OperationId, Operation][];

const methodOf = ({ method }: Operation) =>
  // Safe: the lower case of each method of an operation is a key of a path.
  method.toLowerCase() as "get" | "post" | "put" | "patch" | "delete";

/** The document as zod-openapi makes it: all shapes, and the texts of operations and responses. */
function createShapes(): OpenApiDocument {
  const { shared, errorResponses } = collectResponses();
  const paths: ZodOpenApiPathsObject = {};
  for (const [id, operation] of all) {
    const description = operationDescriptions[id];
    const responses = {
      ...successResponses(operation, description),
      ...errorResponses(operation, description),
    };
    paths[operation.path] = {
      ...paths[operation.path],
      [methodOf(operation)]: describeOperation(operation, description, responses),
    };
  }
  const document = createDocument({
    openapi: "3.1.1",
    info: {
      title: "Parley",
      version: "0.1.0",
      description: conventions,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [
      {
        url: "{url}",
        description: "The output `HttpUrl` of the stack",
        variables: {
          url: {
            default: "http://127.0.0.1:4000",
            description: "The base URL of the API. Default: the local runner.",
          },
        },
      },
    ],
    tags: Object.entries(areaDescriptions).map(([name, description]) => ({ name, description })),
    components: {
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: "The access token or the id token, from `login` or from the external issuer.",
        },
      },
      responses: shared,
    },
    paths,
  });
  // Safe: OpenApiDocument is a part of OpenAPI 3.1. JSON drops what is undefined.
  return JSON.parse(JSON.stringify(document));
}

/** The descriptions of named schemas, by their names. */
function descriptionsByName(): ReadonlyMap<string, SchemaDescription> {
  return new Map(
    schemaDescriptions.map((description) => {
      const name = z.globalRegistry.get(description.schema())?.id;
      if (name === undefined)
        throw new Error(
          `A description of contract/descriptions is of a schema without a name: ${description.description}`,
        );
      return [name, description];
    }),
  );
}

/** The named schemas with their descriptions and examples. Throws if one has no description. */
function describeSchemas(made: Schemas): Schemas {
  const descriptions = descriptionsByName();
  const described: Record<string, Schema> = {};
  for (const [name, schema] of Object.entries(made)) {
    const found = descriptions.get(name);
    if (!found) throw new Error(`The schema ${name} has no description: add it to contract/descriptions.`);
    const { description, fields, example, written } = found;
    const tidied = written ?? tidySchema(schema);
    described[name] = {
      ...(fields ? describeProperties(tidied, fields, name) : tidied),
      description,
      ...(!fields && { examples: [example] }),
    };
  }
  return Object.fromEntries(
    Object.entries(described).map(([name, schema]) => {
      // An object has the examples of its fields, except for those that its description replaces.
      const composed = schema.examples?.[0] ?? {
        ...Object(exampleOf(schema, described)),
        ...Object(descriptions.get(name)?.example),
      };
      return [name, { ...schema, examples: [composed] }];
    }),
  );
}

/** The paths with all descriptions, and with an operation for each of an operation's variants. */
function describePaths(made: OpenApiDocument["paths"], schemas: Schemas): OpenApiDocument["paths"] {
  const paths: Record<string, PathItem> = {};
  const put = (path: string, operation: Operation, content: OperationObject): void => {
    paths[path] = { ...paths[path], [methodOf(operation)]: content };
  };
  for (const [id, operation] of all) {
    const description = operationDescriptions[id];
    const shapes = made[operation.path]?.[methodOf(operation)];
    if (!shapes) throw new Error(`The document has no ${operation.id}.`);
    const content = finishOperation(shapes, operation, description, schemas);
    if (!description.variants) {
      put(operation.path, operation, content);
      continue;
    }
    const { parameter, each } = description.variants;
    for (const [value, variant] of Object.entries(each))
      put(
        operation.path.replace(`{${parameter}}`, value),
        operation,
        variantOf(content, parameter, variant, schemas),
      );
  }
  return paths;
}

/**
 * Returns the OpenAPI 3.1 document of the HTTP API. It is made from the contract and its
 * descriptions.
 */
export function openApiDocument(): OpenApiDocument {
  const { paths, components, ...rest } = createShapes();
  const schemas = describeSchemas(components.schemas);
  return { ...rest, paths: describePaths(paths, schemas), components: { ...components, schemas } };
}
