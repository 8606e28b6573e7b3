import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from "aws-cdk-lib/aws-dynamodb";
import { Construct } from "constructs";
import type { StagePolicy } from "../stage.ts";

export const indexName = "gsi1";

export interface ChatTableProps {
  readonly policy: StagePolicy;
}

/**
 * The one table that holds everything.
 *
 * An `AWS::DynamoDB::Table` and not a GlobalTable: the user pool, the APIs and the connections are of one region, so a
 * replica of the table alone would serve nobody, and a single-region table needs no service-linked role to deploy.
 */
export class ChatTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: ChatTableProps) {
    super(scope, id);
    this.table = new Table(this, "Table", {
      partitionKey: { name: "pk", type: AttributeType.STRING },
      sortKey: { name: "sk", type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: "expires_at",
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // The key `aws/dynamodb` of the account: no monthly fee, unlike a key of one's own, and CloudTrail shows its use,
      // unlike with the key that AWS owns.
      // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
      encryption: TableEncryption.AWS_MANAGED,
      deletionProtection: props.policy.deletionProtection,
      removalPolicy: props.policy.removalPolicy,
    });
    // Keys alone: with everything projected, each change of a member's read state would write the index too.
    this.table.addGlobalSecondaryIndex({
      indexName,
      partitionKey: { name: "gsi1pk", type: AttributeType.STRING },
      sortKey: { name: "gsi1sk", type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }
}
