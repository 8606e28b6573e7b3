import type { MediaKind } from "../../../contract/media-types.ts";

/**
 * What the stack tells a function about itself. Read when it is first needed, so that each function is given only the
 * variables that it uses.
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
  /** False where an external issuer keeps the accounts. */
  get hasUserPool() {
    return process.env.USER_POOL_ID !== undefined;
  },
  /** Whether one does: told to every function, as the pool is not. */
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
  /** Where pages of large deliveries go. */
  get deliveryQueueUrl() {
    return variable("DELIVERY_QUEUE_URL");
  },
  /** Where pages go that have failed too often. */
  get deliveryDeadLettersUrl() {
    return variable("DELIVERY_DEAD_LETTERS_URL");
  },
  /** Where go notifications that are to reach people who are not connected. */
  get pushQueueUrl() {
    return variable("PUSH_QUEUE_URL");
  },
  /** The topic that all of these are published to; undefined where there is none. */
  get notificationTopicArn() {
    return process.env.NOTIFICATION_TOPIC_ARN;
  },
  /** Whom a push service may turn to: a `mailto:` or `https:` address. */
  get vapidSubject() {
    return variable("VAPID_SUBJECT");
  },
  /** Whether a push service may run on this machine, for tests and development. */
  get pushesToLoopback() {
    return process.env.PUSH_TO_LOOPBACK === "true";
  },
  /** Where tasks go. */
  get tasksQueueUrl() {
    return variable("TASKS_QUEUE_URL");
  },
  get bucketName() {
    return variable("BUCKET_NAME");
  },
  /** Where clients reach the bucket: its own host, or the endpoint that the SDK too would use in its place. */
  get bucketUrl() {
    const endpoint = process.env.AWS_ENDPOINT_URL_S3;
    return endpoint === undefined ? `https://${variable("BUCKET_HOST")}` : `${endpoint}/${this.bucketName}`;
  },
  /** Bytes that an upload of this kind may have. */
  uploadLimit(kind: MediaKind): number {
    return positive(`MAX_${kind.toUpperCase()}_MB`) * 1024 * 1024;
  },
  /**
   * Those of the function's role, as Lambda sets them.
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
  /** Who is in it, as the claim of a token says, is an administrator. */
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
  /** Where the OpenSearch of the operator answers; undefined where messages are found by the table. */
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
