import { describe, expect, it } from "vitest";
import { at, functionName, referenced, render, type Synthesized, synthesize } from "./synthesize.ts";

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

function list<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

// The elements of a policy:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
function statementsOf(stack: Synthesized): readonly (Statement & { roles: string })[] {
  return stack.of("AWS::IAM::Policy").flatMap(({ properties }) =>
    (at(properties.PolicyDocument, "Statement") as readonly Statement[]).map((statement) => ({
      ...statement,
      roles: JSON.stringify(properties.Roles),
    })),
  );
}

describe("attachments", () => {
  const stack = synthesize({ maxImageMb: "3" });
  const bucket = stack.one("AWS::S3::Bucket").id;

  it("are read by no function if they are tagged as malware", () => {
    const reading = statementsOf(stack).filter(({ Action }) => list(Action).includes("s3:GetObject"));
    expect(reading.length).toBeGreaterThan(0);
    for (const { Action, Condition } of reading) {
      expect(Action).toBe("s3:GetObject");
      expect(Condition).toEqual({
        StringNotEquals: { "s3:ExistingObjectTag/GuardDutyMalwareScanStatus": "THREATS_FOUND" },
      });
    }
  });

  it("are uploaded by the attachments function alone, and never to the place of messages' files", () => {
    const role = (name: string) => {
      const found = stack.of("AWS::Lambda::Function").find((resource) => functionName(resource) === name);
      return referenced(found?.properties.Role);
    };
    const uploading = statementsOf(stack).filter(
      ({ Action, Resource }) =>
        list(Action).includes("s3:PutObject") && render(Resource).endsWith("/pending/*"),
    );
    expect(uploading.map(({ roles }) => roles)).toEqual([expect.stringContaining(role("attachments"))]);
    for (const { Action, Resource, roles } of statementsOf(stack))
      if (list(Action).includes("s3:PutObject") && roles.includes(role("attachments")))
        expect(render(Resource)).not.toContain("/files/");
  });

  it("are listed only by the function that removes the files of deleted rooms", () => {
    const tasks = stack.of("AWS::Lambda::Function").find((resource) => functionName(resource) === "tasks");
    const listing = statementsOf(stack).filter(({ Action }) => list(Action).includes("s3:ListBucket"));
    expect(listing).toEqual([
      expect.objectContaining({
        Action: "s3:ListBucket",
        roles: expect.stringContaining(referenced(tasks?.properties.Role)),
        Condition: { StringLike: { "s3:prefix": ["files/*"] } },
      }),
    ]);
  });

  it("are known to the functions that need them, with their limits to the one that begins uploads", () => {
    for (const resource of stack.of("AWS::Lambda::Function")) {
      const name = functionName(resource);
      const variable = (key: string) => at(resource.properties.Environment, "Variables", key);
      const needed = [
        "attachments",
        "fanOut",
        "tableStream",
        "frame",
        "messages",
        "users",
        "search",
        "tasks",
      ].includes(name);
      expect(variable("BUCKET_NAME"), name).toEqual(needed ? { Ref: bucket } : undefined);
      expect(variable("BUCKET_HOST"), name).toEqual(
        needed ? { "Fn::GetAtt": [bucket, "RegionalDomainName"] } : undefined,
      );
      expect(variable("MAX_IMAGE_MB"), name).toBe(name === "attachments" ? "3" : undefined);
      expect(variable("MAX_VIDEO_MB"), name).toBe(name === "attachments" ? "100" : undefined);
    }
  });

  it("are not scanned unless a prop asks for it", () => {
    expect(stack.of("AWS::GuardDuty::MalwareProtectionPlan")).toEqual([]);
  });
});

describe("malware protection", () => {
  const stack = synthesize({ malwareProtection: "true" });
  const bucket = stack.one("AWS::S3::Bucket").id;
  const plan = stack.one("AWS::GuardDuty::MalwareProtectionPlan");
  const role = stack.get(referenced(plan.properties.Role));

  it("scans the whole bucket, and tags the scanned files", () => {
    expect(plan.properties).toMatchObject({
      ProtectedResource: { S3Bucket: { BucketName: { Ref: bucket } } },
      Actions: { Tagging: { Status: "ENABLED" } },
    });
    expect(at(plan.properties, "ProtectedResource", "S3Bucket", "ObjectPrefixes")).toBeUndefined();
  });

  // https://docs.aws.amazon.com/guardduty/latest/ug/malware-protection-s3-iam-policy-prerequisite.html
  it("acts by a role of its own, with the rights that AWS lists", () => {
    expect(at(role.properties.AssumeRolePolicyDocument, "Statement")).toEqual([
      {
        Action: "sts:AssumeRole",
        Effect: "Allow",
        Principal: { Service: "malware-protection-plan.guardduty.amazonaws.com" },
      },
    ]);
    const rule =
      "arn:AWS::Partition:events:AWS::Region:AWS::AccountId:rule/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*";
    const granted = statementsOf(stack)
      .filter(({ roles }) => roles.includes(`"${role.id}"`))
      .flatMap(({ Action, Resource }) => list(Action).map((action) => `${action} ${render(Resource)}`));
    expect(granted.sort()).toEqual(
      [
        ...["PutRule", "DeleteRule", "PutTargets", "RemoveTargets", "DescribeRule", "ListTargetsByRule"].map(
          (action) => `events:${action} ${rule}`,
        ),
        ...["PutBucketNotification", "GetBucketNotification", "ListBucket"].map(
          (action) => `s3:${action} ${bucket}`,
        ),
        `s3:PutObject ${bucket}/malware-protection-resource-validation-object`,
        ...["GetObject", "GetObjectVersion"].map((action) => `s3:${action} ${bucket}/*`),
        ...["PutObjectTagging", "GetObjectTagging", "PutObjectVersionTagging", "GetObjectVersionTagging"].map(
          (action) => `s3:${action} ${bucket}/*`,
        ),
      ].sort(),
    );
  });
});
