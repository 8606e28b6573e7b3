import { describe, expect, it } from "vitest";
import { at, referenced, render, synthesize } from "./synthesize.ts";

describe("the topic of notifications", () => {
  it("exists only if a prop asks for it", () => {
    const stack = synthesize();
    expect(stack.of("AWS::SNS::Topic")).toEqual([]);
    expect(stack.outputs).not.toContain("NotificationTopicArn");
  });

  it("is encrypted, refuses plain HTTP, and is an output", () => {
    const stack = synthesize({ notificationTopic: "true" });
    const topic = stack.one("AWS::SNS::Topic");
    expect(render(topic.properties.KmsMasterKeyId)).toMatch(/:alias\/aws\/sns$/);
    const policy = stack.one("AWS::SNS::TopicPolicy");
    expect(referenced(policy.properties.Topics)).toBe(topic.id);
    expect(at(policy.properties.PolicyDocument, "Statement")).toEqual([
      expect.objectContaining({
        Effect: "Deny",
        Action: "sns:Publish",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      }),
    ]);
    expect(stack.outputs).toContain("NotificationTopicArn");
  });
});

describe("the contact for push services", () => {
  it("is the given one", () => {
    const stack = synthesize({ vapidSubject: "mailto:chat@example.com" });
    const subjects = stack
      .of("AWS::Lambda::Function")
      .flatMap(({ properties }) => at(properties.Environment, "Variables", "VAPID_SUBJECT") ?? []);
    expect(subjects).toEqual(["mailto:chat@example.com"]);
  });
});
