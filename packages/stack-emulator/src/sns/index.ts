import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { element } from "../s3/xml.ts";
import { StartError } from "../start-error.ts";
import type { StoreLocation, StoreRequest, StoreResponse } from "../store.ts";
import type { PhysicalNames, Resource } from "../template/types.ts";
import { errorBody, invalidParameter, noSuchTopic, SnsError, snsNamespace } from "./errors.ts";
import { type Published, readPublish } from "./publish.ts";

export type { Published } from "./publish.ts";

interface SnsOptions {
  /** The template's resources; the AWS::SNS::Topic ones become topics. */
  readonly resources: ReadonlyMap<string, Resource>;
  readonly clock: Clock;
  readonly location: StoreLocation;
}

/** A request, for policies, meters and faults. Nothing is verified yet. */
interface SnsCall {
  readonly action: string;
  readonly needs: readonly { readonly action: string; readonly resource: string }[];
  /** The topic's name, or ''. */
  readonly topic: string;
}

export interface Sns {
  /** Registers ARNs, which are also what Ref gives, and names. */
  provision(names: PhysicalNames): void;
  handle(request: StoreRequest): Promise<StoreResponse>;
  describe(request: StoreRequest): SnsCall;
  /** The latest messages, oldest first. They do not outlast a restart: SNS itself keeps none. */
  published(): readonly Published[];
}

/** How many messages are kept to be looked at. */
const kept = 1000;

/**
 * SNS over its query protocol, as far as publishing goes. There are no subscribers; published
 * messages can be listed.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function createSns({ resources, clock, location }: SnsOptions): Sns {
  const topics = new Map<string, { readonly name: string; readonly arn: string }>();
  for (const [logicalId, { Type, Properties }] of resources) {
    if (Type === "AWS::SNS::Subscription" || (Type === "AWS::SNS::Topic" && Properties.Subscription))
      throw new StartError(
        `${logicalId}: the local SNS delivers to no subscription; it keeps what is published.`,
      );
    if (Type !== "AWS::SNS::Topic") continue;
    const name = typeof Properties.TopicName === "string" ? Properties.TopicName : `local-${logicalId}`;
    topics.set(logicalId, { name, arn: arnOf(name, location) });
  }
  const arns = new Set([...topics.values()].map(({ arn }) => arn));
  let published: Published[] = [];

  const publish = (form: URLSearchParams): string => {
    const arn = form.get("TopicArn") ?? form.get("TargetArn");
    if (arn === null) throw invalidParameter("TopicArn or TargetArn Reason: no value for required parameter");
    if (!/^arn:aws:sns:[^:]+:\d{12}:[\w-]{1,256}(\.fifo)?$/.test(arn)) throw invalidParameter("TopicArn");
    if (!arns.has(arn)) throw noSuchTopic();
    const message = {
      topic_arn: arn,
      message_id: randomUUID(),
      at: new Date(clock.now()).toISOString(),
      ...readPublish(form),
    };
    published = [...published.slice(1 - kept), message];
    return message.message_id;
  };

  const run = (form: URLSearchParams): string => {
    const action = form.get("Action") ?? "";
    if (action === "Publish") return element("MessageId", publish(form));
    throw new SnsError(
      400,
      "InvalidAction",
      `The local SNS does not serve ${action || "requests without an Action"}.`,
    );
  };

  return {
    provision(names) {
      for (const [logicalId, { name, arn }] of topics) {
        names.ref(logicalId, arn);
        names.attribute(logicalId, "TopicArn", arn);
        names.attribute(logicalId, "TopicName", name);
      }
    },
    describe: (request) => {
      const form = formOf(request);
      const action = form.get("Action") ?? "";
      const resource = form.get("TopicArn") ?? form.get("TargetArn") ?? "*";
      return {
        action,
        // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
        needs: [{ action: `sns:${action}`, resource }],
        topic: resource === "*" ? "" : (resource.split(":").at(-1) ?? ""),
      };
    },
    async handle(request) {
      const requestId = randomUUID();
      const headers = { "content-type": "text/xml", "x-amzn-requestid": requestId };
      const form = formOf(request);
      try {
        const action = form.get("Action") ?? "";
        const result = `<${action}Result>${run(form)}</${action}Result>`;
        const metadata = `<ResponseMetadata>${element("RequestId", requestId)}</ResponseMetadata>`;
        const body = `<${action}Response ${snsNamespace}>${result}${metadata}</${action}Response>`;
        return { status: 200, headers, body };
      } catch (error) {
        if (!(error instanceof SnsError)) throw error;
        return { status: error.status, headers, body: errorBody(error.code, error.message, requestId) };
      }
    },
    published: () => published,
  };
}

const formOf = ({ body }: StoreRequest): URLSearchParams => new URLSearchParams(body.toString());

const arnOf = (name: string, { region, accountId }: StoreLocation): string =>
  `arn:aws:sns:${region}:${accountId}:${name}`;
