import type { MediaKind } from "../../../contract/media-types.ts";

/**
 * Returns a variable that the stack sets on a function. It is read when it is first needed, so that
 * each function gets only the variables that it uses.
 */
function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "")
    throw new Error(`The environment variable ${name} is missing: the stack must set it on this function.`);
  return value;
}

function positive(name: string): number {
  const value = Number(variable(name));
  if (!(value > 0)) throw new Error(`The environment variable ${name} must be a number above 0.`);
  return value;
}

export const environment = {
  get tableName() {
    return variable("TABLE_NAME");
  },
  get userPoolId() {
    return variable("USER_POOL_ID");
  },
  /** False if an external issuer keeps the accounts. */
  get hasUserPool() {
    return process.env.USER_POOL_ID !== undefined;
  },
  /**
   * True if an external issuer keeps the accounts. Every function has this variable, unlike the
   * pool's id.
   */
  get hasExternalIssuer() {
    return process.env.HAS_EXTERNAL_ISSUER === "true";
  },
  get clientId() {
    return variable("CLIENT_ID");
  },
  get issuer() {
    return variable("ISSUER");
  },
  /** In `dev`, a registration is confirmed at once. */
  get confirmsAtOnce() {
    return variable("STAGE") === "dev";
  },
  /** The queue of pages of large deliveries. */
  get deliveryQueueUrl() {
    return variable("DELIVERY_QUEUE_URL");
  },
  /** The queue of pages that have failed too often. */
  get deliveryDeadLettersUrl() {
    return variable("DELIVERY_DEAD_LETTERS_URL");
  },
  /** The queue of notifications that must reach users who are not connected. */
  get pushQueueUrl() {
    return variable("PUSH_QUEUE_URL");
  },
  /** The topic to which all of these notifications are published; undefined if there is none. */
  get notificationTopicArn() {
    return process.env.NOTIFICATION_TOPIC_ARN;
  },
  /** The contact for a push service: a `mailto:` or `https:` address. */
  get vapidSubject() {
    return variable("VAPID_SUBJECT");
  },
  /** Whether a push service may run on this machine, for tests and development. */
  get pushesToLoopback() {
    return process.env.PUSH_TO_LOOPBACK === "true";
  },
  /** The queue of tasks. */
  get tasksQueueUrl() {
    return variable("TASKS_QUEUE_URL");
  },
  get bucketName() {
    return variable("BUCKET_NAME");
  },
  /**
   * The address of the bucket for clients: its own host, or the endpoint that the SDK would use
   * instead.
   */
  get bucketUrl() {
    const endpoint = process.env.AWS_ENDPOINT_URL_S3;
    return endpoint === undefined ? `https://${variable("BUCKET_HOST")}` : `${endpoint}/${this.bucketName}`;
  },
  /** Returns the largest size of an upload of this kind, in bytes. */
  uploadLimit(kind: MediaKind): number {
    return positive(`MAX_${kind.toUpperCase()}_MB`) * 1024 * 1024;
  },
  /**
   * The credentials of the function's role, as Lambda sets them.
   * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
   */
  get credentials() {
    return {
      accessKeyId: variable("AWS_ACCESS_KEY_ID"),
      secretAccessKey: variable("AWS_SECRET_ACCESS_KEY"),
      sessionToken: variable("AWS_SESSION_TOKEN"),
      region: variable("AWS_REGION"),
    };
  },
  /** The group whose members are administrators, as a token's claim names it. */
  get adminGroup() {
    return variable("ADMIN_GROUP");
  },
  get groupsClaim() {
    return variable("GROUPS_CLAIM");
  },
  /** Days for which a notification is kept. */
  get notificationDays() {
    return positive("NOTIFICATION_DAYS");
  },
  /**
   * The endpoint of the operator's OpenSearch; undefined if messages are found through the table.
   */
  get openSearchEndpoint() {
    return process.env.OPENSEARCH_ENDPOINT || undefined;
  },
  /** Messages a second that a member may send to a room in the long run. */
  get rateLimitPerSecond() {
    return positive("RATE_LIMIT_PER_SECOND");
  },
  /** Messages that a member may send to a room at once. */
  get rateLimitBurst() {
    return positive("RATE_LIMIT_BURST");
  },
};
