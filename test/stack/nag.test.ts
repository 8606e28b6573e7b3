import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CfnTable } from "aws-cdk-lib/aws-dynamodb";
import { Validations } from "aws-cdk-lib/core";
import { AwsSolutionsChecks } from "cdk-nag";
import type { IConstruct } from "constructs";
import { describe, expect, it } from "vitest";
import { createStack, openSearch, variants } from "./synthesize.ts";

/**
 * Returns the reports of cdk-nag and of CloudFormation's own schemas on a stack: one for each that
 * finds something.
 */
function findingsOf({ app }: ReturnType<typeof createStack>): unknown {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  try {
    const { directory } = app.synth();
    return JSON.parse(readFileSync(join(directory, "validation-report.json"), "utf8")).pluginReports;
  } finally {
    rmSync(app.outdir, { recursive: true });
  }
}

describe("cdk-nag AwsSolutions and CloudFormation's schemas", () => {
  const scanning = ["malware protection", { malwareProtection: "true" }] as const;
  const searching = ["OpenSearch", openSearch] as const;
  for (const [variant, context] of [...variants, scanning, searching]) {
    it(`${variant}: every finding has a reason beside it`, () => {
      expect(findingsOf(createStack(context, { validation: true }))).toEqual([]);
    });
  }

  it("a less protected stack has findings", () => {
    const weakened = createStack();
    const isTable = (construct: IConstruct): construct is CfnTable => construct instanceof CfnTable;
    for (const table of weakened.stack.node.findAll().filter(isTable)) {
      table.pointInTimeRecoverySpecification = { pointInTimeRecoveryEnabled: false };
    }
    expect(() => findingsOf(weakened)).toThrow("AwsSolutions-DDB3");
  });
});
