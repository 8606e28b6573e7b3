import { randomBytes } from "node:crypto";
import { devNull } from "node:os";
import { dirname } from "node:path";
import { REGION } from "../template/pseudo-parameters.ts";
import type { FunctionDefinition } from "./definition.ts";

const keyAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** An access key id that looks like that of a role's session, and names one worker. */
export function createAccessKeyId(): string {
  return `ASIA${Array.from(randomBytes(16), (byte) => keyAlphabet[byte % 32]).join("")}`;
}

/**
 * The whole environment of a worker, none of the machine's own:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 * `endpoints` wins over the template, whose values lead to AWS; `{AWS_ACCESS_KEY_ID}` in one stands
 * for the worker's own.
 */
export function createEnvironment(
  definition: FunctionDefinition,
  accessKeyId: string,
  logStream: string,
  endpoints: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    PATH: "/usr/local/bin:/usr/bin/:/bin",
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    LAMBDA_TASK_ROOT: dirname(definition.file),
    _HANDLER: `index.${definition.exportName}`,
    ...definition.environment,
    // An endpoint may need to know who calls, since not every call is signed.
    ...Object.fromEntries(
      Object.entries(endpoints).map(([name, url]) => [name, url.replace("{AWS_ACCESS_KEY_ID}", accessKeyId)]),
    ),
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_SESSION_TOKEN: "local",
    // The settings of the developer for the real AWS must not reach a function that runs here.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: "true",
  };
}
