/**
 * What the stack tells a function about itself. Read when it is first needed, so that each function is given only the
 * variables that it uses.
 */
const variable = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === "")
    throw new Error(`The environment variable ${name} is missing: the stack must set it on this function.`);
  return value;
};

const positive = (name: string): number => {
  const value = Number(variable(name));
  if (!(value > 0)) throw new Error(`The environment variable ${name} must be a number above 0.`);
  return value;
};

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
  /** Where tasks go. */
  get workQueueUrl() {
    return variable("WORK_QUEUE_URL");
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
