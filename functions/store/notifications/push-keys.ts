/**
 * The keys that this deployment shows itself with to push services (VAPID, RFC 8292): made once, at first need. A browser's
 * subscription is bound to the public one, so with other keys all subscriptions would be void.
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
    // A number with zeros in front would come out shorter, and web-push wants its 32 bytes.
    private_key: Buffer.from(curve.getPrivateKey("hex").padStart(64, "0"), "hex").toString("base64url"),
    created_at: isoNow(),
  };
}

/** Kept by the container: they never change. */
let known: PushKeys | undefined;

/** The keys; made now if there are none yet. Of two that make them at once, one pair stays, and both get that one. */
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
