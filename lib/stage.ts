import { RemovalPolicy } from "aws-cdk-lib/core";

/** `dev` may be destroyed at any time; `prod` holds the users' messages. */
export const stageNames = ["dev", "prod"] as const;
export type StageName = (typeof stageNames)[number];

/** The protection of a stage. Every difference between the two is in this file. */
export interface StagePolicy {
  /** The fate of the table, the user pool, the bucket and the logs when the stack is destroyed. */
  readonly removalPolicy: RemovalPolicy;
  /** Whether AWS itself refuses to delete the table, the user pool and the stack. */
  readonly deletionProtection: boolean;
  readonly passwordMinLength: number;
  /** Whether a password needs lower and upper case letters, digits and symbols. */
  readonly passwordNeedsAllClasses: boolean;
  /**
   * Whether a registration waits for the e-mailed code; otherwise the auth function confirms it at
   * once.
   */
  readonly confirmsEmail: boolean;
}

export const stagePolicies: Record<StageName, StagePolicy> = {
  dev: {
    removalPolicy: RemovalPolicy.DESTROY,
    deletionProtection: false,
    passwordMinLength: 8,
    passwordNeedsAllClasses: false,
    confirmsEmail: false,
  },
  prod: {
    removalPolicy: RemovalPolicy.RETAIN,
    deletionProtection: true,
    passwordMinLength: 12,
    passwordNeedsAllClasses: true,
    confirmsEmail: true,
  },
};
