import { jsonValue, metadataObject } from "../../objects/values.ts";
import { describeValue } from "../describe.ts";

export const valueObjects = [
  describeValue(jsonValue, {
    description: "Any JSON value: a text, a number, true or false, null, a list or an object.",
    example: "ward-3",
    // Every list and object of JSON holds JSON values, so this says the same as a schema that
    // refers to
    // itself. TypeScript refuses the type that generators make of such a schema.
    written: {
      type: ["string", "number", "boolean", "null", "array", "object"],
      items: {},
      additionalProperties: {},
    },
  }),
  describeValue(metadataObject, {
    description:
      "Free JSON that clients store with a message. Up to 4,096 bytes when written as JSON, and up to 8 " +
      "levels deep. A key `__proto__` is refused. The server stores it as it is, and does not use it.",
    example: { case_number: "2026-0131", tags: ["x-ray"] },
  }),
];
