import { S3Error } from "./errors.ts";

/**
 * A form as S3 reads it: fields up to the file, whose own part ends it. Field names are in lower
 * case.
 */
export interface Form {
  readonly fields: ReadonlyMap<string, string>;
  readonly fileName: string;
  readonly file: Buffer;
}

const maxFieldBytes = 20_000;

/**
 * Parses multipart/form-data. Fields after `file` are ignored, and all before it together may take
 * 20 KB:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html
 * The platform's own `formData()` is no use here: it decodes a file that comes without a name as
 * text.
 */
export function parseForm(body: Buffer, contentType: string): Form {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  if (!contentType.toLowerCase().startsWith("multipart/form-data") || boundary === null) {
    throw new S3Error(
      412,
      "PreconditionFailed",
      "At least one of the pre-conditions you specified did not hold",
      {
        Condition: "Bucket POST must be of the enclosure-type multipart/form-data",
      },
    );
  }
  const delimiter = Buffer.from(`\r\n--${boundary[1] ?? boundary[2] ?? ""}`);
  // The first delimiter has no line break before it.
  const whole = Buffer.concat([Buffer.from("\r\n"), body]);
  const fields = new Map<string, string>();
  let size = 0;
  let at = whole.indexOf(delimiter);
  while (at >= 0) {
    const start = at + delimiter.length;
    if (whole.toString("latin1", start, start + 2) === "--") break;
    const end = whole.indexOf(delimiter, start);
    const headEnd = whole.indexOf("\r\n\r\n", start);
    if (end < 0 || headEnd < 0 || headEnd > end) throw malformed();
    const head = whole.toString("utf8", start, headEnd);
    const content = whole.subarray(headEnd + 4, end);
    const name = parameter(head, "name")?.toLowerCase();
    if (name === undefined) throw malformed();
    if (name === "file") return { fields, fileName: parameter(head, "filename") ?? "", file: content };
    size += name.length + content.length;
    if (size > maxFieldBytes) {
      throw new S3Error(
        400,
        "MaxPostPreDataLengthExceeded",
        "Your POST request fields preceding the upload file were too large.",
      );
    }
    fields.set(name, content.toString("utf8"));
    at = end;
  }
  throw new S3Error(400, "InvalidArgument", "POST requires exactly one file upload per request.", {
    ArgumentName: "file",
    ArgumentValue: "0",
  });
}

function parameter(head: string, name: string): string | undefined {
  const disposition = /content-disposition:[^\r\n]*/i.exec(head)?.[0] ?? "";
  // Browsers write a quote inside a name as %22.
  return new RegExp(`[;\\s]${name}="([^"]*)"`, "i").exec(disposition)?.[1]?.replaceAll("%22", '"');
}

const malformed = (): S3Error =>
  new S3Error(
    400,
    "MalformedPOSTRequest",
    "The body of your POST request is not well-formed multipart/form-data.",
  );
