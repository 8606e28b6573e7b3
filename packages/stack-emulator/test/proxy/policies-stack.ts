import { allow, roleWith, smallStack, under } from "../support/aws-stack.ts";

const table = { "Fn::GetAtt": ["Table", "Arn"] };
const index = under("Table", "index/gsi1");
const sockets = (method: string) => ({
  "Fn::Join": ["", ["arn:aws:execute-api:*:*:", { Ref: "SocketApi" }, `/live/${method}/@connections/*`]],
});
const deny = (Action: string, Resource: unknown, Condition: unknown) => ({
  ...allow(Action, Resource, Condition),
  Effect: "Deny",
});

/** The small stack with a role for each kind of policy, and what these allow. */
export const policiesStack = () =>
  smallStack({
    NoRole: roleWith(),
    Reader: roleWith(allow(["dynamodb:Get*", "dynamodb:Query"], table)),
    IndexReader: roleWith(allow("dynamodb:Query", index)),
    BatchReader: roleWith(allow("dynamodb:BatchGetItem", table)),
    Transactor: roleWith(allow(["dynamodb:PutItem", "dynamodb:ConditionCheckItem"], table)),
    Putter: roleWith(allow("DYNAMODB:putitem", table)),
    OwnKeys: roleWith(
      allow("dynamodb:*", table, {
        "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["USER#7", "ROOM#*"] },
      }),
    ),
    SomeAttributes: roleWith(
      allow("dynamodb:UpdateItem", table, {
        "ForAllValues:StringEquals": { "dynamodb:Attributes": ["pk", "sk", "seen"] },
        StringEqualsIfExists: { "dynamodb:ReturnValues": ["NONE", "UPDATED_NEW"] },
      }),
    ),
    NoDelete: roleWith(
      allow("dynamodb:*", "*"),
      deny("dynamodb:DeleteItem", table, { Bool: { "aws:SecureTransport": "true" } }),
    ),
    AllButScan: roleWith({ Effect: "Allow", NotAction: "dynamodb:Scan", NotResource: "arn:aws:s3:::*" }),
    Conditional: roleWith(allow("dynamodb:GetItem", table, { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } })),
    Bucket: {
      Type: "AWS::S3::Bucket",
      Properties: {
        CorsConfiguration: {
          CorsRules: [
            { AllowedMethods: ["PUT"], AllowedOrigins: ["https://chat.example"], AllowedHeaders: ["*"] },
          ],
        },
      },
    },
    Sender: roleWith(allow("sqs:SendMessage", { "Fn::GetAtt": ["Jobs", "Arn"] })),
    Jobs: { Type: "AWS::SQS::Queue", Properties: { QueueName: "jobs" } },
    Publisher: roleWith(allow("sns:Publish", { Ref: "News" })),
    News: { Type: "AWS::SNS::Topic", Properties: { TopicName: "news" } },
    ReaderFunction: {
      Type: "AWS::Lambda::Function",
      Properties: { Role: { "Fn::GetAtt": ["Reader", "Arn"] } },
    },
    OnlyPosts: roleWith(allow("execute-api:ManageConnections", sockets("POST"))),
  });
