import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  type Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { FunctionNeeds } from "../functions.ts";
import type { StagePolicy } from "../stage.ts";
import { indexName } from "./chat-table.ts";

export interface ParleyFunctionProps {
  /** The code, with the function's own file `<id>.mjs`. */
  readonly code: Code;
  readonly needs: FunctionNeeds;
  readonly table: Table;
  readonly environment: Readonly<Record<string, string>>;
  readonly logRetention: RetentionDays;
  readonly policy: StagePolicy;
}

/**
 * A function with its own log group and role. The role may write to that group, and may do to the
 * table what the function's needs list.
 */
export class ParleyFunction extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: ParleyFunctionProps) {
    super(scope, id);
    const { needs, table } = props;
    const logGroup = new LogGroup(this, "LogGroup", {
      retention: props.logRetention,
      removalPolicy: props.policy.removalPolicy,
    });
    // AWSLambdaBasicExecutionRole is not used: it may write to every log group of the account.
    const role = new Role(this, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(role);
    this.function = new LambdaFunction(this, "Function", {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: `${id}.handler`,
      code: props.code,
      // A message waits for DynamoDB, which more memory does not speed up. A cold start needs CPU,
      // which comes with memory (a whole one at 1,769 MB). 512 MB is the least that keeps the
      // import of a bundle short.
      // https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
      memorySize: 512,
      timeout: Duration.seconds(needs.timeoutSeconds),
      environment: { ...props.environment, NODE_OPTIONS: "--enable-source-maps" },
      loggingFormat: LoggingFormat.JSON,
      logGroup,
      role,
    });
    this.grant(...tableStatements(needs, table));
  }

  grant(...statements: PolicyStatement[]): void {
    for (const statement of statements) this.function.addToRolePolicy(statement);
  }
}

function tableStatements(needs: FunctionNeeds, table: Table): PolicyStatement[] {
  return [
    new PolicyStatement({
      actions: needs.tableActions.map((action) => `dynamodb:${action}`),
      resources: [table.tableArn],
    }),
    ...(needs.queriesIndex
      ? [
          new PolicyStatement({
            actions: ["dynamodb:Query"],
            resources: [`${table.tableArn}/index/${indexName}`],
          }),
        ]
      : []),
  ];
}
