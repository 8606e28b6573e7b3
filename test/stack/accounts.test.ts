import { expect, it } from "vitest";
import { externalIssuer, referenced, synthesize } from "./synthesize.ts";

it("the user pool has the group of administrators, by the given name", () => {
  for (const [context, name] of [
    [{}, "admins"],
    [{ adminGroup: "Moderators" }, "Moderators"],
  ] as const) {
    const stack = synthesize(context);
    const { properties } = stack.one("AWS::Cognito::UserPoolGroup");
    expect(properties.GroupName).toBe(name);
    expect(referenced(properties.UserPoolId)).toBe(stack.one("AWS::Cognito::UserPool").id);
    // A group with a role would let its members act on AWS itself.
    expect(properties.RoleArn).toBeUndefined();
  }
});

it("an external issuer keeps its groups itself", () => {
  expect(synthesize(externalIssuer).of("AWS::Cognito::UserPoolGroup")).toEqual([]);
});
