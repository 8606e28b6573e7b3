import { describe, expect, it } from "vitest";
import { at, externalIssuer, referenced, synthesize, variants } from "./synthesize.ts";

const holdsData = [
  "AWS::DynamoDB::Table",
  "AWS::Cognito::UserPool",
  "AWS::S3::Bucket",
  "AWS::Logs::LogGroup",
  "AWS::SQS::Queue",
];

describe("dev", () => {
  const stack = synthesize();

  it("leaves nothing behind when it is destroyed", () => {
    for (const type of holdsData) {
      for (const { deletionPolicy } of stack.of(type)) expect(deletionPolicy, type).toBe("Delete");
    }
    expect(stack.one("AWS::DynamoDB::Table").properties.DeletionProtectionEnabled).toBe(false);
    expect(stack.one("AWS::Cognito::UserPool").properties.DeletionProtection).toBe("INACTIVE");
    expect(stack.terminationProtection).toBe(false);
  });

  it("takes a simple password and sends no code", () => {
    const { properties } = stack.one("AWS::Cognito::UserPool");
    expect(at(properties.Policies, "PasswordPolicy")).toMatchObject({
      MinimumLength: 8,
      RequireSymbols: false,
    });
    expect(properties.AutoVerifiedAttributes).toEqual([]);
  });

  it("may be called from any origin", () => {
    const [cors] = stack
      .of("AWS::ApiGatewayV2::Api")
      .flatMap(({ properties }) => properties.CorsConfiguration ?? []);
    expect(at(cors, "AllowOrigins")).toEqual(["*"]);
  });
});

describe("prod", () => {
  const context = { stage: "prod", corsOrigins: "https://chat.example.com,https://m.example.com" };
  const stack = synthesize(context);

  it("keeps all data, even if the stack is deleted", () => {
    for (const type of holdsData) {
      for (const { deletionPolicy } of stack.of(type)) expect(deletionPolicy, type).toBe("Retain");
    }
    expect(stack.one("AWS::DynamoDB::Table").properties.DeletionProtectionEnabled).toBe(true);
    expect(stack.one("AWS::Cognito::UserPool").properties.DeletionProtection).toBe("ACTIVE");
    expect(stack.terminationProtection).toBe(true);
  });

  it("requires a strong password and a confirmed e-mail address", () => {
    const { properties } = stack.one("AWS::Cognito::UserPool");
    expect(at(properties.Policies, "PasswordPolicy")).toMatchObject({
      MinimumLength: 12,
      RequireLowercase: true,
      RequireUppercase: true,
      RequireNumbers: true,
      RequireSymbols: true,
    });
    expect(properties.AutoVerifiedAttributes).toEqual(["email"]);
    expect(stack.text).not.toContain("AdminConfirmSignUp");
  });

  it("may be called from the given origins, with the headers that clients send", () => {
    const [cors] = stack
      .of("AWS::ApiGatewayV2::Api")
      .flatMap(({ properties }) => properties.CorsConfiguration ?? []);
    expect(cors).toMatchObject({
      AllowOrigins: ["https://chat.example.com", "https://m.example.com"],
      AllowHeaders: ["authorization", "content-type", "idempotency-key"],
      ExposeHeaders: ["link", "retry-after"],
    });
    const rules = at(stack.one("AWS::S3::Bucket").properties.CorsConfiguration, "CorsRules");
    expect(at(rules, 0, "AllowedOrigins")).toEqual(["https://chat.example.com", "https://m.example.com"]);
  });

  it("may be called from no origin unless some are given", () => {
    const closed = synthesize({ stage: "prod" });
    for (const { properties } of closed.of("AWS::ApiGatewayV2::Api")) {
      expect(properties.CorsConfiguration).toBeUndefined();
    }
    expect(closed.one("AWS::S3::Bucket").properties.CorsConfiguration).toBeUndefined();
  });

  it("has a stack name of its own, so that a forgotten `-c stage=prod` cannot strip it of protection", () => {
    expect(stack.stackName).not.toBe(synthesize().stackName);
  });
});

describe("an external issuer", () => {
  const stack = synthesize(externalIssuer);

  it("takes the place of the user pool", () => {
    expect(stack.text).not.toContain("AWS::Cognito");
    expect(stack.text).not.toContain("cognito-idp:");
    const jwt = stack
      .of("AWS::ApiGatewayV2::Authorizer")
      .find(({ properties }) => properties.AuthorizerType === "JWT");
    expect(jwt?.properties.JwtConfiguration).toEqual({
      Issuer: externalIssuer.issuerUrl,
      Audience: [externalIssuer.audience],
    });
    for (const { properties } of stack.of("AWS::Lambda::Function")) {
      expect(at(properties.Environment, "Variables")).toMatchObject({
        ISSUER: externalIssuer.issuerUrl,
        CLIENT_ID: externalIssuer.audience,
      });
    }
  });
});

for (const [variant, context] of variants) {
  describe(`every stage (${variant})`, () => {
    const stack = synthesize(context);

    it("has the table that the design describes", () => {
      expect(stack.one("AWS::DynamoDB::Table").properties).toMatchObject({
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: "gsi1",
            KeySchema: [
              { AttributeName: "gsi1pk", KeyType: "HASH" },
              { AttributeName: "gsi1sk", KeyType: "RANGE" },
            ],
            Projection: { ProjectionType: "KEYS_ONLY" },
          },
        ],
        TimeToLiveSpecification: { AttributeName: "expires_at", Enabled: true },
        StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
      });
    });

    it("has a private bucket that refuses plain HTTP and drops unfinished uploads", () => {
      const bucket = stack.one("AWS::S3::Bucket");
      expect(bucket.properties).toMatchObject({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      });
      expect(JSON.stringify(bucket.properties.BucketEncryption)).toContain("AES256");
      expect(at(bucket.properties.LifecycleConfiguration, "Rules")).toEqual([
        expect.objectContaining({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }),
        expect.objectContaining({ Prefix: "pending/", ExpirationInDays: 1 }),
      ]);
      const policy = stack.one("AWS::S3::BucketPolicy");
      expect(referenced(policy.properties.Bucket)).toBe(bucket.id);
      expect(at(policy.properties.PolicyDocument, "Statement")).toContainEqual(
        expect.objectContaining({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
      );
    });

    it("has a client without a secret, for the flows that the auth area uses", () => {
      for (const { properties } of stack.of("AWS::Cognito::UserPoolClient")) {
        expect(properties).toMatchObject({
          GenerateSecret: false,
          EnableTokenRevocation: true,
          PreventUserExistenceErrors: "ENABLED",
        });
        expect(properties.ExplicitAuthFlows).toEqual(
          expect.arrayContaining(["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]),
        );
      }
      for (const { properties } of stack.of("AWS::Cognito::UserPool")) {
        expect(properties.UsernameAttributes).toEqual(["email"]);
      }
    });

    it("names no account and no region, and needs no function of the CDK's own", () => {
      expect(stack.text).not.toMatch(/\b\d{12}\b/);
      expect(stack.text).not.toMatch(/\b(us|eu|ap|sa|ca|me|af|il)-[a-z]+-\d\b/);
      expect(stack.text).not.toContain("Custom::");
      expect(stack.text).not.toContain("AWS::CloudFormation::CustomResource");
    });

    it("has outputs for its addresses and resources", () => {
      const accounts = variant === "external issuer" ? [] : ["UserPoolClientId", "UserPoolId"];
      expect([...stack.outputs].sort()).toEqual(
        [
          "AttachmentsBucketName",
          "DeliveryDeadLettersUrl",
          "DeliveryQueueUrl",
          ...(variant === "notification topic" ? ["NotificationTopicArn"] : []),
          "PushDeadLettersUrl",
          "PushQueueUrl",
          "HttpUrl",
          "RebuildFunctionName",
          "TableName",
          "WebSocketUrl",
          "TasksDeadLettersUrl",
          "TasksQueueUrl",
          ...accounts,
        ].sort(),
      );
    });
  });
}
