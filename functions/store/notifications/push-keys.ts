/**
 * The key pair by which push services know this deployment (VAPID, RFC 8292). It is made once, when
 * it is first needed. A browser's subscription is bound to the public key, so another pair would
 * make all subscriptions void.
 *   the pair                  PUSH / KEYS
 */
import { createECDH } from "node:crypto";
import { isoNow } from "../../kernel/runtime/time.ts";
import { keys } from "../table/keys.ts";
import { getItem, type Item, putIfAbsent } from "../table/table.ts";

/** Points and numbers of the curve P-256 in base64url, as browsers and web-push take them. */
interface PushKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

function fromItem(item: Item): PushKeys {
  return {
    publicKey: String(item.public_key),
    privateKey: String(item.private_key),
  };
}

function newItem() {
  const curve = createECDH("prime256v1");
  curve.generateKeys();
  return {
    ...keys.pushKeys(),
    public_key: curve.getPublicKey("base64url"),
    // A number with leading zeros would come out shorter, and web-push needs its 32 bytes.
    private_key: Buffer.from(curve.getPrivateKey("hex").padStart(64, "0"), "hex").toString("base64url"),
    created_at: isoNow(),
  };
}

/** The container keeps the pair: it never changes. */
let known: PushKeys | undefined;

/**
 * Returns the key pair, and makes it if there is none. If two calls make one at the same time, both
 * return the one that was stored.
 */
export async function obtainPushKeys(): Promise<PushKeys> {
  if (known) return known;
  const stored = await getItem(keys.pushKeys(), "consistent");
  if (stored) {
    known = fromItem(stored);
    return known;
  }
  const made = newItem();
  const outcome = await putIfAbsent(made);
  known = fromItem(outcome.done ? made : (outcome.item ?? made));
  return known;
}
