import { describe, expect, it } from "vitest";
import { InvalidPropsError, readProps } from "../../lib/props.ts";

function problemsOf(context: Record<string, unknown>): readonly string[] {
  try {
    readProps(context);
    return [];
  } catch (error) {
    if (error instanceof InvalidPropsError) return error.problems;
    throw error;
  }
}

describe("readProps", () => {
  it("has a default for everything", () => {
    expect(readProps({})).toEqual({
      stage: "dev",
      stackName: "Parley",
      corsOrigins: ["*"],
      logRetentionDays: 7,
      rateLimitPerSecond: 10,
      rateLimitBurst: 30,
      adminGroup: "admins",
      httpThrottleRate: 1000,
      httpThrottleBurst: 2000,
      webSocketThrottleRate: 1000,
      webSocketThrottleBurst: 2000,
      webSocketAccessLogs: false,
      maxImageMb: 10,
      maxAudioMb: 25,
      maxFileMb: 50,
      maxVideoMb: 100,
      malwareProtection: false,
      notificationDays: 90,
      notificationTopic: false,
      pushToLoopback: false,
    });
  });

  it("protects more in prod", () => {
    expect(readProps({ stage: "prod" })).toMatchObject({
      stackName: "Parley-prod",
      corsOrigins: [],
      logRetentionDays: 90,
    });
  });

  it("reads the values of `-c name=value`: strings", () => {
    const given = {
      stackName: "Chat",
      corsOrigins: "https://chat.example.com, http://localhost:5173",
      logRetentionDays: "30",
      rateLimitPerSecond: "5",
      webSocketAccessLogs: "true",
      issuerUrl: "https://login.example.com/",
      audience: "parley",
    };
    expect(readProps(given)).toMatchObject({
      stackName: "Chat",
      corsOrigins: ["https://chat.example.com", "http://localhost:5173"],
      logRetentionDays: 30,
      rateLimitPerSecond: 5,
      webSocketAccessLogs: true,
      externalIssuer: {
        issuerUrl: "https://login.example.com/",
        audience: "parley",
        groupsClaim: "groups",
      },
    });
  });

  it("takes the administrators' group, and an external issuer's claim of it", () => {
    const issuer = { issuerUrl: "https://login.example.com/", audience: "parley" };
    expect(
      readProps({ ...issuer, adminGroup: "Moderators", groupsClaim: "https://example.com/roles" }),
    ).toMatchObject({
      adminGroup: "Moderators",
      externalIssuer: { groupsClaim: "https://example.com/roles" },
    });
  });

  it("reads the values of cdk.json: JSON", () => {
    expect(
      readProps({ corsOrigins: ["https://a.example.com", "https://b.example.com"], rateLimitBurst: 60 }),
    ).toMatchObject({
      corsOrigins: ["https://a.example.com", "https://b.example.com"],
      rateLimitBurst: 60,
    });
  });

  it("takes an address for push services: an e-mail address, or a page", () => {
    for (const vapidSubject of ["mailto:chat@example.com", "https://example.com/contact"])
      expect(readProps({ vapidSubject })).toMatchObject({ vapidSubject });
  });

  it("leaves the CDK's own context alone", () => {
    expect(
      problemsOf({
        "@aws-cdk/core:target-partitions": ["aws"],
        "aws:cdk:toolkit": 1,
        "cli-telemetry": false,
      }),
    ).toEqual([]);
  });

  const refused: readonly (readonly [given: Record<string, unknown>, sentence: RegExp])[] = [
    [{ stage: "production" }, /`stage` is "production", but must be dev or prod/],
    [{ stgae: "prod" }, /`stgae` is not a prop\. Props are: stage, /],
    [{ stackName: "my stack" }, /`stackName` is "my stack"/],
    [{ corsOrigins: "chat.example.com" }, /`corsOrigins` .*origins like https:/],
    [{ corsOrigins: "https://chat.example.com/" }, /`corsOrigins` .*without a path/],
    [{ corsOrigins: "*,https://chat.example.com" }, /`corsOrigins`/],
    [{ logRetentionDays: "8" }, /`logRetentionDays` .*1, 3, 5, 7, 14/],
    [{ rateLimitPerSecond: "0" }, /`rateLimitPerSecond` is "0", but must be a number from 0.01 to 1000/],
    [{ rateLimitBurst: "many" }, /`rateLimitBurst`/],
    [{ rateLimitBurst: "1.5" }, /`rateLimitBurst`/],
    [{ httpThrottleRate: "" }, /`httpThrottleRate`/],
    [{ webSocketAccessLogs: "yes" }, /`webSocketAccessLogs` .*true or false/],
    [{ maxVideoMb: "5000" }, /`maxVideoMb` is "5000", but must be a whole number from 1 to 1000/],
    [{ malwareProtection: "on" }, /`malwareProtection` .*true or false/],
    [{ notificationTopic: "arn:aws:sns:x" }, /`notificationTopic` .*true or false/],
    [{ vapidSubject: "chat@example.com" }, /`vapidSubject` .*mailto:/],
    [{ vapidSubject: "mailto: <chat@example.com>" }, /`vapidSubject` .*mailto:/],
    [{ vapidSubject: "http://example.com" }, /`vapidSubject` .*https:/],
    [{ vapidSubject: "mailto:chat@localhost" }, /`vapidSubject` .*https:/],
    [{ vapidSubject: "https://chat.local/contact" }, /`vapidSubject` .*https:/],
    [{ pushToLoopback: "yes" }, /`pushToLoopback` .*true or false/],
    [{ pushToLoopback: "true", stage: "prod" }, /`pushToLoopback` is for tests and development/],
    [{ issuerUrl: "http://login.example.com", audience: "a" }, /`issuerUrl` .*https URL/],
    [{ issuerUrl: "https://login.example.com" }, /`issuerUrl` and `audience` go together/],
    [{ adminGroup: "" }, /`adminGroup` .*without spaces/],
    [{ adminGroup: "chat admins" }, /`adminGroup` .*without spaces/],
    [{ groupsClaim: "roles" }, /`groupsClaim` is for an external issuer/],
    [{ audience: "parley" }, /`issuerUrl` and `audience` go together/],
  ];
  for (const [given, sentence] of refused) {
    it(`refuses ${JSON.stringify(given)}`, () => {
      expect(problemsOf(given)).toEqual([expect.stringMatching(sentence)]);
    });
  }

  it("names all problems at once", () => {
    expect(problemsOf({ stage: "x", rateLimitBurst: "y", logRetentionDays: "z" })).toHaveLength(3);
  });
});
