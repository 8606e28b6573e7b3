import { decode } from "../proxy/credential.ts";
import { shortFunctionName } from "../proxy/function-names.ts";
import { type Answer, answerJson, type Request, type Service } from "../proxy/types.ts";
import type { NameTable } from "../template/names.ts";
import { ACCOUNT_ID, REGION } from "../template/pseudo-parameters.ts";
import type { Template } from "../template/types.ts";
import { FunctionError, type FunctionHost } from "./types.ts";

const path = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?|$)/;

/**
 * Invokes a function of the stack and waits for its answer, as an operator does.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function createLambdaService(
  { resources }: Pick<Template, "resources">,
  names: Pick<NameTable, "findRef">,
  functions: () => Pick<FunctionHost, "invoke">,
): Service {
  const idOf = (name: string): string | undefined =>
    [...resources].find(
      ([logicalId, { Type }]) => Type === "AWS::Lambda::Function" && names.findRef(logicalId) === name,
    )?.[0];
  return {
    describe(request) {
      const name = nameIn(request);
      const resource = `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${name}`;
      return {
        service: "lambda",
        action: "Invoke",
        needs: [{ action: "lambda:InvokeFunction", resource }],
        keys: [{ pk: name, sk: "" }],
        payload: {},
      };
    },
    async execute(request) {
      const name = nameIn(request);
      const logicalId = idOf(name);
      if (request.method !== "POST" || logicalId === undefined)
        return refuse(404, "ResourceNotFoundException", `Function not found: ${name}`);
      const kind = request.headers["x-amz-invocation-type"] ?? "RequestResponse";
      if (kind !== "RequestResponse")
        return refuse(
          400,
          "InvalidParameterValueException",
          `The emulator serves the invocation type RequestResponse alone, not ${kind}.`,
        );
      const event = eventIn(request);
      if (event === undefined)
        return refuse(400, "InvalidRequestContentException", "Could not parse request body into json.");
      return invoke(functions(), logicalId, event.value);
    },
    refuse,
    throttle: () => refuse(429, "TooManyRequestsException", "Rate exceeded"),
  };
}

const nameIn = ({ url }: Request): string => decode(path.exec(url)?.[1] ?? "");

/** No body is no event, which Lambda hands on as an empty object. */
function eventIn({ body }: Request): { readonly value: unknown } | undefined {
  try {
    return { value: body.length === 0 ? {} : JSON.parse(body.toString()) };
  } catch {
    return undefined;
  }
}

/** A function that fails is no failure of the call: a header tells of it. */
async function invoke(
  functions: Pick<FunctionHost, "invoke">,
  logicalId: string,
  event: unknown,
): Promise<Answer> {
  try {
    const operation = `invoke ${shortFunctionName(logicalId)}`;
    return answerJson(200, (await functions.invoke(logicalId, event, { operation })) ?? null);
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    return answerJson(
      200,
      { errorType: error.errorType, errorMessage: error.message },
      { "x-amz-function-error": "Unhandled" },
    );
  }
}

function refuse(status: number, code: string, message: string): Answer {
  return answerJson(
    code === "AccessDeniedException" ? 403 : status,
    { message },
    { "x-amzn-errortype": code },
  );
}
