import {
  type Answer,
  answerJson,
  type Call,
  isRecord,
  type Need,
  parsePayload,
  type Request,
  type Service,
} from "../proxy/types.ts";
import { ACCOUNT_ID, REGION } from "../template/pseudo-parameters.ts";
import type { Cognito } from "./start.ts";

/**
 * Operations for which Cognito evaluates no policies: whoever knows the app client, or holds a
 * user's token, may call them. Each says so in its API reference, e.g.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SignUp.html
 */
const publicOperations = new Set(
  (
    "AssociateSoftwareToken ChangePassword ConfirmDevice ConfirmForgotPassword ConfirmSignUp DeleteUser " +
    "DeleteUserAttributes DeleteWebAuthnCredential ForgetDevice ForgotPassword GetDevice GetUser GetUserAuthFactors " +
    "GetUserAttributeVerificationCode GlobalSignOut InitiateAuth ListDevices ListWebAuthnCredentials " +
    "ResendConfirmationCode RespondToAuthChallenge RevokeToken SetUserMFAPreference SetUserSettings SignUp " +
    "UpdateAuthEventFeedback UpdateDeviceStatus UpdateUserAttributes VerifySoftwareToken VerifyUserAttribute"
  ).split(" "),
);

/** Cognito user pools, answered by cognito-local and its corrections. */
export function createCognitoService(cognito: Cognito): Service {
  return {
    describe: describeCognitoCall,
    async execute(_request, { action, payload }) {
      const { status, body } = await cognito.call(action, payload);
      const headers: Record<string, string> = {
        "content-type": "application/x-amz-json-1.1",
        "x-amzn-requestid": crypto.randomUUID(),
      };
      return { status, headers, body: Buffer.from(body), rru: 0, wru: 0 };
    },
    refuse: (status, code, message) => answerJson(status, { __type: code, message }),
    throttle: () => answerJson(400, { __type: "TooManyRequestsException", message: "Rate exceeded" }),
  };
}

/**
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitouserpools.html
 */
function describeCognitoCall(request: Request): Call {
  const action = String(request.headers["x-amz-target"] ?? "").split(".")[1] ?? "";
  const payload = parsePayload(request.body);
  const pool = payload.UserPoolId;
  const resource = pool === undefined ? "*" : `arn:aws:cognito-idp:${REGION}:${ACCOUNT_ID}:userpool/${pool}`;
  const needs: readonly Need[] = publicOperations.has(action)
    ? []
    : [{ action: `cognito-idp:${action}`, resource }];
  const parameters = isRecord(payload.AuthParameters) ? payload.AuthParameters : {};
  const user = payload.Username ?? parameters.USERNAME;
  return {
    service: "cognito-idp",
    action,
    payload,
    needs,
    keys: user === undefined ? [] : [{ pk: String(user), sk: "" }],
  };
}

/**
 * The two public documents of an issuer; undefined for any other path.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html
 */
export function answerDiscovery(
  path: string,
  issuerBase: string,
  poolIds: ReadonlySet<string>,
  jwks: string,
): Answer | undefined {
  const [, poolId = "", document] =
    /^\/([^/]+)\/\.well-known\/(jwks\.json|openid-configuration)$/.exec(path) ?? [];
  if (!poolIds.has(poolId)) return undefined;
  const issuer = `${issuerBase}/${poolId}`;
  const headers = { "content-type": "application/json", "access-control-allow-origin": "*" };
  if (document === "jwks.json") return { status: 200, headers, body: Buffer.from(jwks), rru: 0, wru: 0 };
  const configuration = {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code", "token"],
    scopes_supported: ["openid", "email", "phone", "profile"],
    subject_types_supported: ["public"],
  };
  return answerJson(200, configuration, headers);
}
