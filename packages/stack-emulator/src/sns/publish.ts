import { invalidParameter, SnsError } from "./errors.ts";

/** A message as a subscriber of the topic would get it. */
export interface Published {
  readonly topic_arn: string;
  readonly message_id: string;
  /** When it was published, RFC 3339. */
  readonly at: string;
  readonly subject: string | null;
  readonly message: string;
  readonly attributes: Readonly<Record<string, { readonly type: string; readonly value: string }>>;
}

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const messageLimit = 256 * 1024;
const subjectLimit = 100;

/** Reads the fields of a Publish to a topic, which SNS takes as a form. Throws SnsError. */
export function readPublish(form: URLSearchParams): Pick<Published, "message" | "subject" | "attributes"> {
  const message = form.get("Message");
  if (message === null) {
    throw new SnsError(
      400,
      "ValidationError",
      "1 validation error detected: Value null at 'message' failed to satisfy constraint: Member must not be null",
    );
  }
  if (message === "") throw invalidParameter("Empty message");
  const attributes = readAttributes(form);
  const size = Object.entries(attributes).reduce(
    (sum, [name, { type, value }]) => sum + Buffer.byteLength(name + type + value),
    Buffer.byteLength(message),
  );
  if (size > messageLimit) throw invalidParameter("Message too long");
  const structure = form.get("MessageStructure");
  // It gives a text for each protocol of subscribers, and there are none here.
  if (structure !== null)
    throw new SnsError(400, "InvalidParameter", "The local SNS serves no MessageStructure.");
  const subject = form.get("Subject");
  if (subject !== null && (subject.length > subjectLimit || !/^[!-~][ -~]*$/.test(subject)))
    throw invalidParameter("Subject");
  return { message, subject, attributes };
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
function readAttributes(form: URLSearchParams): Published["attributes"] {
  const attributes: Record<string, { type: string; value: string }> = {};
  for (let at = 1; ; at += 1) {
    const part = (field: string): string | null => form.get(`MessageAttributes.entry.${at}.${field}`);
    const name = part("Name");
    if (name === null) return attributes;
    const type = part("Value.DataType");
    const value = part("Value.StringValue") ?? part("Value.BinaryValue");
    if (type === null || !/^(String|String\.Array|Number|Binary)(\..+)?$/.test(type))
      throw new SnsError(
        400,
        "ParameterValueInvalid",
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    if (value === null || value === "")
      throw new SnsError(
        400,
        "ParameterValueInvalid",
        `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
      );
    if (Object.hasOwn(attributes, name))
      throw invalidParameter(`Message attribute name '${name}' already exists.`);
    attributes[name] = { type, value };
  }
}
