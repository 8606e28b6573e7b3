import { errorCodes } from "../../errors.ts";
import { errorCode, gatewayError, problem } from "../../objects/problem.ts";
import { describeObject, describeValue } from "../describe.ts";

const meanings = Object.entries(errorCodes)
  .map(([code, { status, title }]) => `\`${code}\` (${status}): ${title}.`)
  .join(" ");

export const problemObjects = [
  describeValue(() => errorCode, {
    description:
      `The kind of an error, for programs, with its status over HTTP. ${meanings} ` +
      "`invalid_frame` and `token_expired` occur on the WebSocket only.",
    example: "invalid_input",
  }),
  describeObject(() => problem, {
    description: "An error (RFC 9457).",
    fields: {
      type: {
        description: "Always `about:blank`: the status and `code` say what kind of error it is.",
        example: "about:blank",
      },
      title: { description: "The kind of error, for people.", example: "The request is not valid" },
      status: { description: "The status of the answer.", example: 400 },
      detail: {
        description: "A sentence for people: it says what was wrong and what to do about it.",
        example: "The input is not valid. page_size: page_size must be at most 100.",
      },
      code: { description: "The kind of error, for programs.", example: "invalid_input" },
      request_id: {
        description: "Names the request in the logs of the service. Give it when you report an error.",
        example: "fWvRrhJ5oAMEJWg=",
      },
      errors: {
        description:
          "With `invalid_input`: everything that is wrong, up to 20 problems. One more entry then says " +
          "how many there are.",
        fields: {
          path: {
            description:
              "The field or the parameter, with a dot before each inner name. Empty for the whole body.",
            example: "page_size",
          },
          message: { description: "The problem with it.", example: "page_size must be at most 100" },
        },
      },
    },
  }),
  describeObject(gatewayError, {
    description:
      "An error that API Gateway answers by itself, before the request reaches the service or because it " +
      "got no answer.",
    fields: {
      message: { description: "The name of the status.", example: "Unauthorized" },
    },
  }),
];
