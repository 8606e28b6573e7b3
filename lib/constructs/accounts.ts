import {
  AccountRecovery,
  CfnUserPoolGroup,
  FeaturePlan,
  UserPool,
  type UserPoolClient,
} from "aws-cdk-lib/aws-cognito";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Duration, Validations } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { StagePolicy } from "../stage.ts";

export interface AccountsProps {
  readonly policy: StagePolicy;
  /** The group of the administrators. */
  readonly adminGroup: string;
}

/**
 * The stack's own accounts. A user pool whose users sign in with their e-mail address, and its one
 * app client. The group of administrators is empty at first.
 */
export class Accounts extends Construct {
  readonly pool: UserPool;
  readonly client: UserPoolClient;

  constructor(scope: Construct, id: string, props: AccountsProps) {
    super(scope, id);
    const { policy } = props;
    this.pool = new UserPool(this, "Pool", {
      selfSignUpEnabled: true,
      signInAliases: { email: true },
      // By default, Cognito treats Ann@example.com and ann@example.com as different users.
      signInCaseSensitive: false,
      // If the auth function confirms registrations itself, no code is sent to addresses that may
      // be made up.
      autoVerify: { email: policy.confirmsEmail },
      ...(policy.confirmsEmail ? { keepOriginal: { email: true } } : {}),
      standardAttributes: { email: { required: true, mutable: true } },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      passwordPolicy: {
        minLength: policy.passwordMinLength,
        requireLowercase: policy.passwordNeedsAllClasses,
        requireUppercase: policy.passwordNeedsAllClasses,
        requireDigits: policy.passwordNeedsAllClasses,
        requireSymbols: policy.passwordNeedsAllClasses,
      },
      // The plan with the lowest price per user. Parley uses no feature of the others.
      // https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html
      featurePlan: FeaturePlan.LITE,
      deletionProtection: policy.deletionProtection,
      removalPolicy: policy.removalPolicy,
    });
    this.client = this.pool.addClient("Client", {
      generateSecret: false,
      authFlows: { userPassword: true, userSrp: true },
      disableOAuth: true,
      enableTokenRevocation: true,
      preventUserExistenceErrors: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(30),
    });

    new CfnUserPoolGroup(this, "Administrators", {
      userPoolId: this.pool.userPoolId,
      groupName: props.adminGroup,
      description: "Verifies people and deals with reports",
    });

    Validations.of(this.pool).acknowledge(
      {
        id: "AwsSolutions-COG2",
        reason:
          "A second factor is the front end's choice; the API offers none, so requiring one would lock all out.",
      },
      {
        id: "AwsSolutions-COG8",
        reason:
          "The Lite plan has all that Parley uses; the Plus plan is priced per user and can be chosen later.",
      },
    );
    if (!policy.passwordNeedsAllClasses) {
      Validations.of(this.pool).acknowledge({
        id: "AwsSolutions-COG1",
        reason:
          "This stage is thrown away at will and its accounts are made up; the prod stage has the strict policy.",
      });
    }
  }

  /**
   * Returns the permission of the auth function in a stage that does not wait for the e-mailed
   * code.
   */
  confirmAtOnce(): PolicyStatement {
    return new PolicyStatement({
      actions: ["cognito-idp:AdminConfirmSignUp", "cognito-idp:AdminUpdateUserAttributes"],
      resources: [this.pool.userPoolArn],
    });
  }
}
