/**
 * A push service, and the browser behind it: takes what an application server sends, decrypts it as
 * RFC 8291 says and holds the signature against RFC 8292, with code of its own.
 */
import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  hkdfSync,
  randomBytes,
  randomUUID,
  verify,
} from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";

/** A push that could be decrypted. */
interface Pushed {
  readonly endpoint: string;
  /** The JSON that the browser's service worker gets. */
  readonly content: Record<string, unknown>;
  /** Bytes of the content. */
  readonly size: number;
  readonly ttl: number;
  readonly urgency: string;
  readonly topic: string | undefined;
  readonly token: { readonly claims: Record<string, unknown>; readonly key: string };
}

/** The service's answer to one request. */
interface PushReply {
  readonly status: number;
  readonly headers?: Record<string, string>;
}

export interface Browser {
  /** As `JSON.stringify(subscription)` gives it. */
  readonly subscription: {
    readonly endpoint: string;
    readonly expirationTime: number | null;
    readonly keys: { readonly p256dh: string; readonly auth: string };
  };
  /** The pushes that the service took, oldest first. */
  readonly pushed: Pushed[];
  /** The number of requests to its endpoint, with any answer. */
  readonly requests: number;
  /** The answers to the next requests, one after the other; then 201 again. */
  reply(...replies: PushReply[]): void;
}

export interface PushService {
  readonly origin: string;
  newBrowser(): Browser;
  close(): Promise<void>;
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function derive(key: Buffer, salt: Buffer, info: Buffer | string, length: number): Buffer {
  return Buffer.from(hkdfSync("sha256", key, salt, info, length));
}

/**
 * https://www.rfc-editor.org/rfc/rfc8291#section-3.4 and, for the head and the padding, RFC 8188,
 * of one record.
 */
function decrypt(body: Buffer, privateKey: Buffer, secret: Buffer): Buffer {
  const salt = body.subarray(0, 16);
  const recordSize = body.readUInt32BE(16);
  const keyLength = body.readUInt8(20);
  const senderKey = body.subarray(21, 21 + keyLength);
  const record = body.subarray(21 + keyLength);
  if (record.length > recordSize) throw new Error("There is more than one record.");
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(privateKey);
  const shared = curve.computeSecret(senderKey);
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), curve.getPublicKey(), senderKey]);
  const material = derive(shared, secret, info, 32);
  const key = derive(material, salt, "Content-Encoding: aes128gcm\0", 16);
  const nonce = derive(material, salt, "Content-Encoding: nonce\0", 12);
  const decipher = createDecipheriv("aes-128-gcm", key, nonce);
  decipher.setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  const end = padded.findLastIndex((byte) => byte !== 0);
  if (padded[end] !== 2) throw new Error("The last record does not end as one.");
  return padded.subarray(0, end);
}

/** https://www.rfc-editor.org/rfc/rfc8292#section-3 */
function readToken(authorization: string): Pushed["token"] {
  const [, token = "", key = ""] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(authorization) ?? [];
  const [head = "", claims = "", signature = ""] = token.split(".");
  const point = Buffer.from(key, "base64url");
  const publicKey = createPublicKey({
    format: "jwk",
    key: {
      kty: "EC",
      crv: "P-256",
      x: point.subarray(1, 33).toString("base64url"),
      y: point.subarray(33).toString("base64url"),
    },
  });
  const isSigned = verify(
    "sha256",
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  if (!isSigned) throw new Error(`The token is not signed with its key: ${authorization}`);
  const parse = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
  if (parse(head).alg !== "ES256") throw new Error("The token is not signed with ES256.");
  return { claims: parse(claims), key };
}

/** Starts a push service on this machine. Answers 400 with a reason if it cannot read a request. */
export async function startPushService(): Promise<PushService> {
  const browsers = new Map<string, { take(incoming: IncomingMessage, body: Buffer): PushReply }>();
  const server = createServer(async (incoming, outgoing) => {
    const body = await readBody(incoming);
    const browser = browsers.get(incoming.url ?? "");
    try {
      const { status, headers } = browser?.take(incoming, body) ?? { status: 404 };
      outgoing.writeHead(status, headers).end();
    } catch (error) {
      outgoing.writeHead(400).end(String(error));
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The push service has no port.");
  const origin = `http://127.0.0.1:${address.port}`;
  return {
    origin,
    newBrowser() {
      const path = `/push/${randomUUID()}`;
      const endpoint = origin + path;
      const curve = createECDH("prime256v1");
      curve.generateKeys();
      const secret = randomBytes(16);
      const pushed: Pushed[] = [];
      const replies: PushReply[] = [];
      let requests = 0;
      browsers.set(path, {
        take({ headers }, body) {
          requests += 1;
          if (headers["content-encoding"] !== "aes128gcm")
            throw new Error("It is not encrypted as aes128gcm.");
          const plain = decrypt(body, curve.getPrivateKey(), secret);
          const reply = replies.shift() ?? { status: 201 };
          if (reply.status < 300)
            pushed.push({
              endpoint,
              content: JSON.parse(plain.toString()),
              size: plain.length,
              ttl: Number(headers.ttl),
              urgency: String(headers.urgency),
              topic: headers.topic === undefined ? undefined : String(headers.topic),
              token: readToken(headers.authorization ?? ""),
            });
          return reply;
        },
      });
      return {
        subscription: {
          endpoint,
          expirationTime: null,
          keys: { p256dh: curve.getPublicKey("base64url"), auth: secret.toString("base64url") },
        },
        pushed,
        get requests() {
          return requests;
        },
        reply: (...more) => void replies.push(...more),
      };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
