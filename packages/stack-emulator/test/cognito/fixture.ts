import {
  ConfirmForgotPasswordCommand,
  ConfirmSignUpCommand,
  ForgotPasswordCommand,
  GetUserCommand,
  InitiateAuthCommand,
  ResendConfirmationCodeCommand,
  RevokeTokenCommand,
  SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "vitest";
import type { Clients, TestAws } from "../support/aws-stack.ts";

const Password = "long-enough-1";
let users = 0;
export const newAddress = () => `user${users++}@example.com`;

export const otherThan = (code: string) => (code === "111111" ? "222222" : "111111");

export const failsWith = (sent: Promise<unknown>, name: string, message?: string) =>
  expect(sent).rejects.toMatchObject({ name, ...(message ? { message } : {}) });

/**
 * Returns the calls of a client, each to the Cognito that runs at the time. A test may start
 * another one.
 */
export function callsOf(pool: () => { readonly aws: TestAws; readonly cognito: Clients["cognito"] }) {
  const signUp = (Username: string, more: object = {}) =>
    pool().cognito.send(new SignUpCommand({ ClientId: pool().aws.clientId, Username, Password, ...more }));
  const confirm = (Username: string, ConfirmationCode: string) =>
    pool().cognito.send(
      new ConfirmSignUpCommand({ ClientId: pool().aws.clientId, Username, ConfirmationCode }),
    );
  const logIn = (USERNAME: string, PASSWORD = Password) =>
    pool().cognito.send(
      new InitiateAuthCommand({
        ClientId: pool().aws.clientId,
        AuthFlow: "USER_PASSWORD_AUTH",
        AuthParameters: { USERNAME, PASSWORD },
      }),
    );
  const refresh = (REFRESH_TOKEN: string) =>
    pool().cognito.send(
      new InitiateAuthCommand({
        ClientId: pool().aws.clientId,
        AuthFlow: "REFRESH_TOKEN_AUTH",
        AuthParameters: { REFRESH_TOKEN },
      }),
    );
  const revoke = (Token: string) =>
    pool().cognito.send(new RevokeTokenCommand({ ClientId: pool().aws.clientId, Token }));
  const resend = (Username: string) =>
    pool().cognito.send(new ResendConfirmationCodeCommand({ ClientId: pool().aws.clientId, Username }));
  const forgot = (Username: string) =>
    pool().cognito.send(new ForgotPasswordCommand({ ClientId: pool().aws.clientId, Username }));
  const reset = (Username: string, ConfirmationCode: string, newPassword = "another-one-2") =>
    pool().cognito.send(
      new ConfirmForgotPasswordCommand({
        ClientId: pool().aws.clientId,
        Username,
        ConfirmationCode,
        Password: newPassword,
      }),
    );
  const getUser = (AccessToken: string) => pool().cognito.send(new GetUserCommand({ AccessToken }));

  const lastCode = (to: string) =>
    pool()
      .aws.mail.list()
      .findLast((mail) => mail.to === to)?.code ?? "none";

  const newUser = async (): Promise<string> => {
    const address = newAddress();
    await signUp(address);
    await confirm(address, lastCode(address));
    return address;
  };

  const tokensOf = async (address: string, password = Password) => {
    const { AuthenticationResult: result } = await logIn(address, password);
    if (!result?.AccessToken || !result.IdToken || !result.RefreshToken) throw new Error("no tokens");
    return {
      access: result.AccessToken,
      id: result.IdToken,
      refresh: result.RefreshToken,
      type: result.TokenType,
      expiresIn: result.ExpiresIn,
    };
  };
  return {
    signUp,
    confirm,
    logIn,
    refresh,
    revoke,
    resend,
    forgot,
    reset,
    getUser,
    lastCode,
    newUser,
    tokensOf,
  };
}
