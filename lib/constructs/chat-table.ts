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
 * It is an `AWS::DynamoDB::Table`, not a GlobalTable: the user pool, the APIs and the connections
 * belong to one region. A replica of the table alone would be of no use, and a single-region table
 * needs no service-linked role to deploy.
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
      // The account's key `aws/dynamodb`. It has no monthly fee, unlike a customer's own key.
      // CloudTrail shows its use, unlike that of the key that AWS owns.
      // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
      encryption: TableEncryption.AWS_MANAGED,
      deletionProtection: props.policy.deletionProtection,
      removalPolicy: props.policy.removalPolicy,
    });
    // The index projects keys only. With all attributes projected, each change of a member's read
    // state would write the index too.
    this.table.addGlobalSecondaryIndex({
      indexName,
      partitionKey: { name: "gsi1pk", type: AttributeType.STRING },
      sortKey: { name: "gsi1sk", type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }
}
