import { globSync, readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { schemaDescriptions } from "../../contract/descriptions/all.ts";
import { defaults } from "../../contract/descriptions/defaults.ts";
import { mediaTypes } from "../../contract/media-types.ts";
import type { Operation } from "../../contract/operation.ts";
import { operations } from "../../contract/operations.ts";
import type { OpenApiDocument, OperationObject, Schema } from "../../lib/openapi/document.ts";
import { describeProperties } from "../../lib/openapi/schemas.ts";
import { openApiDocument } from "../../lib/openapi.ts";
import { readProps } from "../../lib/props.ts";
import { listUndescribed } from "../support/undescribed.ts";

const text = readFileSync("openapi.json", "utf8");
const document: OpenApiDocument = JSON.parse(text);
const all: readonly Operation[] = Object.values(operations);

/** Returns the operation of the contract in the document: several if it has variants. */
function listed({ path, method }: Operation): OperationObject[] {
  const pattern = new RegExp(
    `^${path.replace("{kind}", "(?:image|audio|video|file)").replaceAll(/[{}]/g, "\\$&")}$`,
  );
  return Object.entries(document.paths).flatMap(([written, item]) => {
    const found = pattern.test(written) ? item[method.toLowerCase()] : undefined;
    return found ? [found] : [];
  });
}

test("openapi.json is generated from the contract (npm run openapi writes it)", () => {
  expect(JSON.parse(JSON.stringify(openApiDocument()))).toEqual(document);
});

test("openapi.json is a valid OpenAPI 3.1 document", async () => {
  const result = await new Validator().validate(text);
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
});

test("every operation is in it under its own id, with one for each kind of upload", () => {
  for (const operation of all) {
    const ids =
      operation.id === "createUpload"
        ? ["createImageUpload", "createAudioUpload", "createVideoUpload", "createFileUpload"]
        : [operation.id];
    expect(listed(operation).map(({ operationId }) => operationId)).toEqual(ids);
  }
});

describe("descriptions", () => {
  test("everything in openapi.json has a description, an example and, in requests, limits", () => {
    expect(listUndescribed(document)).toEqual([]);
  });

  test("a part without a description is named by its place", () => {
    const { tags, paths, components } = document;
    const list = paths["/api/chat/rooms"]?.get;
    const room = components.schemas.Room;
    if (!list || !room) throw new Error("The document has rooms.");
    const parameters = (list.parameters ?? []).map((parameter) =>
      parameter.name === "page_size" ? { ...parameter, description: "" } : parameter,
    );
    const properties = { ...room.properties, name: { type: "string", description: "The name" } };
    const bare = {
      tags: tags.filter(({ name }) => name !== "presence"),
      paths: { ...paths, "/api/chat/rooms": { get: { ...list, parameters } } },
      components: { ...components, schemas: { ...components.schemas, Room: { ...room, properties } } },
    };
    expect(listUndescribed(bare).sort()).toEqual([
      "Room.name has no example",
      "get /api/chat/rooms query.page_size has no description",
      "the tag presence has no description",
    ]);
  });

  test("a property without a description, and a description without a property, are named", () => {
    const schema: Schema = { type: "object", properties: { name: { type: "string" } } };
    expect(() => describeProperties(schema, {}, "Room")).toThrow("Room.name has no description");
    const stale = { name: { description: "The name." }, topic: { description: "The topic." } };
    expect(() => describeProperties(schema, stale, "Room")).toThrow("Room.topic, which does not exist");
  });

  test("no function and no other part of the contract imports descriptions", () => {
    const files = globSync("{contract,functions}/**/*.ts").filter(
      (file) => !file.startsWith("contract/descriptions/"),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter((file) => /from "[^"]*descriptions\//.test(readFileSync(file, "utf8")))).toEqual([]);
  });

  test("the defaults that they name are the defaults of the props", () => {
    expect(readProps({})).toMatchObject(defaults);
  });
});

describe("requests", () => {
  test("the server takes the example of every body, parameter by parameter and as a whole", () => {
    for (const operation of all)
      for (const { operationId, parameters = [], ...rest } of listed(operation)) {
        const example = rest.requestBody?.content["application/json"]?.example;
        if (operation.body) expect(operation.body().safeParse(example).error, operationId).toBeUndefined();
        for (const { name, in: where, example: value } of parameters) {
          const part = { path: operation.params, query: operation.query, header: operation.headers }[where];
          expect(
            part?.().shape[name]?.safeParse(String(value)).error,
            `${operationId} ${name}`,
          ).toBeUndefined();
        }
      }
  });

  test("a number in a query is an integer, with the bounds and the default that the server has", () => {
    let numbers = 0;
    for (const operation of all)
      for (const [name, schema] of Object.entries(operation.query?.().shape ?? {})) {
        if (typeof schema.safeParse("1").data !== "number") continue;
        numbers += 1;
        const [found] = listed(operation);
        const written = found?.parameters?.find((parameter) => parameter.name === name)?.schema;
        const { minimum, maximum, default: initial } = written ?? {};
        expect(written, `${operation.id} ${name}`).toMatchObject({
          type: "integer",
          minimum: expect.any(Number),
        });
        expect(schema.safeParse(undefined).data, `${operation.id} ${name}`).toBe(initial);
        expect(schema.safeParse(String(minimum)).success, `${operation.id} ${name}`).toBe(true);
        expect(schema.safeParse(String(Number(minimum) - 1)).success, `${operation.id} ${name}`).toBe(false);
        const most = maximum ?? Number.MAX_SAFE_INTEGER;
        expect(schema.safeParse(String(most)).success, `${operation.id} ${name}`).toBe(true);
        expect(schema.safeParse(String(most + 1)).success, `${operation.id} ${name}`).toBe(false);
      }
    expect(numbers).toBeGreaterThan(50);
  });

  test("a body is required if the server refuses a request without it", () => {
    const optional = all.filter((operation) => listed(operation)[0]?.requestBody?.required === false);
    expect(optional.map(({ id }) => id).sort()).toEqual([
      "heartbeat",
      "markOffline",
      "markRoomRead",
      "replaceRoom",
      "updateContact",
      "updateNotifications",
      "updatePermissions",
      "updateProfile",
      "updateRoom",
      "updateUser",
    ]);
  });

  test("an upload of each kind takes the media types of that kind alone", () => {
    for (const [kind, types] of Object.entries(mediaTypes)) {
      const operation = document.paths[`/api/chat/upload/${kind}`]?.post;
      const { properties } = operation?.requestBody?.content["application/json"]?.schema ?? {};
      expect(properties?.media_type?.enum, kind).toEqual(types);
    }
  });
});

describe("answers", () => {
  test("the example of every named schema is a valid value of it", () => {
    const schemas = new Map(schemaDescriptions.map(({ schema }) => [schema().meta()?.id, schema()]));
    for (const [name, { examples = [] }] of Object.entries(document.components.schemas))
      expect(schemas.get(name)?.safeParse(examples[0]).error, name).toBeUndefined();
  });

  test("every operation declares the answers that the gateway gives by itself", () => {
    const gateway = { schema: { $ref: "#/components/schemas/GatewayError" } };
    const declared = (response: { $ref?: string } | undefined) =>
      response?.$ref === undefined
        ? response
        : document.components.responses[response.$ref.slice("#/components/responses/".length)];
    for (const operation of all)
      for (const { operationId, responses } of listed(operation)) {
        const statuses = [404, 429, 500, 503, ...(operation.auth === "user" ? [401] : [])];
        for (const status of [...statuses, ...(operation.body ? [413] : [])])
          expect(declared(responses[status]), `${operationId} ${status}`).toMatchObject({
            content: { "application/json": gateway },
          });
      }
  });
});
