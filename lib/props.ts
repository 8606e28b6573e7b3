import { RetentionDays } from "aws-cdk-lib/aws-logs";
import {
  isContact,
  isIssuer,
  maxObjectMb,
  parseEndpoint,
  parseOrigins,
  parseWord,
  retentionDays,
} from "./prop-values.ts";
import { type StageName, stageNames } from "./stage.ts";

/**
 * All settings of a deployment. `-c name=value` sets them, with the CDK and with the local runner.
 */
export interface ParleyProps {
  /** @default dev */
  readonly stage: StageName;
  /**
   * The name of the CloudFormation stack.
   * @default Parley in dev, Parley-prod in prod
   */
  readonly stackName: string;
  /**
   * Origins whose pages may call the HTTP API and the bucket.
   * @default any in dev, none in prod
   */
  readonly corsOrigins: readonly string[];
  /**
   * Days that every log group keeps its logs.
   * @default 7 in dev, 90 in prod
   */
  readonly logRetentionDays: RetentionDays;
  /**
   * Messages a second that a member may send to one room, in the long run.
   * @default 10
   */
  readonly rateLimitPerSecond: number;
  /**
   * Messages that a member may send to one room in a burst.
   * @default 30
   */
  readonly rateLimitBurst: number;
  /**
   * Requests a second that the HTTP API accepts, over all callers.
   * @default 1000
   */
  readonly httpThrottleRate: number;
  /** @default 2000 */
  readonly httpThrottleBurst: number;
  /**
   * Frames and connects a second that the WebSocket API accepts, over all callers.
   * @default 1000
   */
  readonly webSocketThrottleRate: number;
  /** @default 2000 */
  readonly webSocketThrottleBurst: number;
  /**
   * Whether the WebSocket API writes access logs, which needs a role in the account's settings.
   * @default false
   */
  readonly webSocketAccessLogs: boolean;
  /**
   * The largest upload of each kind, in MB.
   * @default 10
   */
  readonly maxImageMb: number;
  /** @default 25 */
  readonly maxAudioMb: number;
  /** @default 50 */
  readonly maxFileMb: number;
  /** @default 100 */
  readonly maxVideoMb: number;
  /**
   * Whether GuardDuty scans uploads for malware, at a price for each GB and object.
   * @default false
   */
  readonly malwareProtection: boolean;
  /**
   * Days that a notification is kept.
   * @default 90
   */
  readonly notificationDays: number;
  /**
   * Whether notifications for users who are not connected are also published to an SNS topic.
   * @default false
   */
  readonly notificationTopic: boolean;
  /**
   * The operator's contact for push services, as `mailto:` or `https:`.
   * @default the URL of the HTTP API
   */
  readonly vapidSubject?: string;
  /**
   * Whether push services on this machine are called over plain HTTP. It is for tests and not
   * allowed in prod.
   * @default false
   */
  readonly pushToLoopback: boolean;
  /**
   * The group whose members verify users and handle reports.
   * @default admins
   */
  readonly adminGroup: string;
  /**
   * The OpenSearch that holds the search index, instead of the table.
   * @default the table
   */
  readonly openSearch?: OpenSearchProps;
  /**
   * The issuer of the accepted tokens, instead of the stack's own user pool.
   * @default the user pool
   */
  readonly externalIssuer?: ExternalIssuer;
}

export interface ExternalIssuer {
  /** The `iss` of its tokens: an https URL that serves `/.well-known/openid-configuration`. */
  readonly issuerUrl: string;
  /** The `aud` or `client_id` of tokens meant for this API. */
  readonly audience: string;
  /**
   * The claim of its tokens that names a user's groups. Only the issuer's operators may set it.
   * @default groups
   */
  readonly groupsClaim: string;
}

export interface OpenSearchProps {
  /** An https URL without a path. */
  readonly endpoint: string;
  /** The ARN of the domain, or of the serverless collection. */
  readonly arn: string;
}

/** The given props cannot be used; `problems` holds a sentence for each problem. */
export class InvalidPropsError extends Error {
  override readonly name = "InvalidPropsError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The props of the stack are not valid:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
    this.problems = problems;
  }
}

const propNames = [
  "stage",
  "stackName",
  "corsOrigins",
  "logRetentionDays",
  "rateLimitPerSecond",
  "rateLimitBurst",
  "httpThrottleRate",
  "httpThrottleBurst",
  "webSocketThrottleRate",
  "webSocketThrottleBurst",
  "webSocketAccessLogs",
  "maxImageMb",
  "maxAudioMb",
  "maxFileMb",
  "maxVideoMb",
  "malwareProtection",
  "notificationDays",
  "notificationTopic",
  "vapidSubject",
  "pushToLoopback",
  "adminGroup",
  "issuerUrl",
  "audience",
  "groupsClaim",
  "openSearchEndpoint",
  "openSearchDomainArn",
] as const;
type PropName = (typeof propNames)[number];

/**
 * Returns whether the CDK sets this context for itself: feature flags, look-ups, and the one plain
 * name of its command line.
 */
function isOfTheCdk(name: string): boolean {
  return /[:@/]/.test(name) || name === "cli-telemetry";
}

/**
 * Reads the props from CDK context, where `-c name=value` leaves strings.
 *
 * @throws InvalidPropsError that names all problems. An unknown name is one of them:
 * `-c stgae=prod` must not deploy an unprotected stack.
 */
export function readProps(context: Readonly<Record<string, unknown>>): ParleyProps {
  const problems: string[] = [];
  const known: readonly string[] = propNames;
  for (const name of Object.keys(context)) {
    if (!known.includes(name) && !isOfTheCdk(name)) {
      problems.push(`\`${name}\` is not a prop. Props are: ${propNames.join(", ")}.`);
    }
  }

  /** `accepts` ends the sentence that the operator reads about a wrong value. */
  const read = <T>(
    name: PropName,
    fallback: T,
    accepts: string,
    parse: (text: string) => T | undefined,
  ): T => {
    const given = context[name];
    if (given === undefined) return fallback;
    const text = Array.isArray(given) ? given.join(",") : String(given).trim();
    const value = parse(text);
    if (value !== undefined) return value;
    problems.push(`\`${name}\` is ${JSON.stringify(given)}, but must be ${accepts}.`);
    return fallback;
  };
  const count = (name: PropName, fallback: number, most: number): number =>
    read(name, fallback, `a whole number from 1 to ${most}`, (text) => {
      const value = Number(text);
      return Number.isInteger(value) && value >= 1 && value <= most ? value : undefined;
    });
  const flag = (name: PropName): boolean =>
    read(name, false, "true or false", (text) =>
      text === "true" ? true : text === "false" ? false : undefined,
    );

  const stage = read<StageName>("stage", "dev", stageNames.join(" or "), (text) =>
    stageNames.find((name) => name === text),
  );
  const issuerUrl = read<string | undefined>(
    "issuerUrl",
    undefined,
    "an https URL (http is allowed only on this machine), written exactly as the `iss` of its tokens",
    (text) => (isIssuer(text) ? text : undefined),
  );
  const audience = read<string | undefined>("audience", undefined, "the `aud` of its tokens", (text) =>
    text === "" ? undefined : text,
  );
  if ((context.issuerUrl === undefined) !== (context.audience === undefined)) {
    problems.push(
      "`issuerUrl` and `audience` go together: give both for an external issuer, neither for the user pool.",
    );
  }

  const endpoint = read<string | undefined>(
    "openSearchEndpoint",
    undefined,
    "an https URL without a path, as https://search-chat-abc.eu-central-1.es.amazonaws.com (http is allowed only on this machine)",
    parseEndpoint,
  );
  const arn = read<string | undefined>(
    "openSearchDomainArn",
    undefined,
    "the ARN of a domain, as arn:aws:es:eu-central-1:123456789012:domain/chat, or of a collection of OpenSearch Serverless",
    (text) =>
      /^arn:aws[a-z-]*:(es:[a-z0-9-]+:\d{12}:domain|aoss:[a-z0-9-]+:\d{12}:collection)\/[a-z0-9-]+$/.test(
        text,
      )
        ? text
        : undefined,
  );
  if ((context.openSearchEndpoint === undefined) !== (context.openSearchDomainArn === undefined)) {
    problems.push(
      "`openSearchEndpoint` and `openSearchDomainArn` go together: give both for an OpenSearch, neither for the table.",
    );
  }

  // A list of groups reaches a function as text, separated by spaces.
  const groupsClaim = read("groupsClaim", "groups", "the name of a claim, without spaces", parseWord);
  if (context.groupsClaim !== undefined && issuerUrl === undefined) {
    problems.push(
      "`groupsClaim` is for an external issuer: the user pool's claim is `cognito:groups`. Give `issuerUrl` and `audience` too.",
    );
  }

  const vapidSubject = read<string | undefined>(
    "vapidSubject",
    undefined,
    "an address where push services can reach you: mailto:chat@example.com or https://example.com/contact",
    (text) => (isContact(text) ? text : undefined),
  );
  const pushToLoopback = flag("pushToLoopback");
  if (pushToLoopback && stage === "prod") {
    problems.push("`pushToLoopback` is for tests and development: leave it out in the stage prod.");
  }

  const props: ParleyProps = {
    stage,
    // Stages have different names. So a forgotten `-c stage=prod` makes a second stack instead of
    // removing the first one's protection.
    stackName: read(
      "stackName",
      stage === "prod" ? "Parley-prod" : "Parley",
      "a letter, then up to 127 letters, digits and hyphens",
      (text) => (/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(text) ? text : undefined),
    ),
    corsOrigins: read<readonly string[]>(
      "corsOrigins",
      stage === "prod" ? [] : ["*"],
      "`*`, or origins like https://chat.example.com without a path, separated by commas",
      parseOrigins,
    ),
    logRetentionDays: read<RetentionDays>(
      "logRetentionDays",
      stage === "prod" ? RetentionDays.THREE_MONTHS : RetentionDays.ONE_WEEK,
      `a number of days that CloudWatch offers: ${retentionDays.join(", ")}`,
      (text) => retentionDays.find((days) => String(days) === text),
    ),
    rateLimitPerSecond: read("rateLimitPerSecond", 10, "a number from 0.01 to 1000", (text) => {
      const value = Number(text);
      return value >= 0.01 && value <= 1_000 ? value : undefined;
    }),
    rateLimitBurst: count("rateLimitBurst", 30, 10_000),
    httpThrottleRate: count("httpThrottleRate", 1_000, 1_000_000),
    httpThrottleBurst: count("httpThrottleBurst", 2_000, 1_000_000),
    webSocketThrottleRate: count("webSocketThrottleRate", 1_000, 1_000_000),
    webSocketThrottleBurst: count("webSocketThrottleBurst", 2_000, 1_000_000),
    webSocketAccessLogs: flag("webSocketAccessLogs"),
    maxImageMb: count("maxImageMb", 10, maxObjectMb),
    maxAudioMb: count("maxAudioMb", 25, maxObjectMb),
    maxFileMb: count("maxFileMb", 50, maxObjectMb),
    maxVideoMb: count("maxVideoMb", 100, maxObjectMb),
    malwareProtection: flag("malwareProtection"),
    notificationTopic: flag("notificationTopic"),
    ...(vapidSubject !== undefined && { vapidSubject }),
    pushToLoopback,
    notificationDays: count("notificationDays", 90, 3_650),
    adminGroup: read(
      "adminGroup",
      "admins",
      "the name of a group: up to 128 characters without spaces",
      parseWord,
    ),
    ...(endpoint !== undefined && arn !== undefined ? { openSearch: { endpoint, arn } } : {}),
    ...(issuerUrl !== undefined && audience !== undefined
      ? { externalIssuer: { issuerUrl, audience, groupsClaim } }
      : {}),
  };
  if (problems.length > 0) throw new InvalidPropsError(problems);
  return props;
}
