import { askControl } from "./ask-control.ts";
import { target } from "./target.ts";

/**
 * Returns the output of the runner's functions for a request, such as a stack; empty if they
 * printed nothing.
 */
export async function loggedFor(gatewayRequestId: string | null): Promise<string> {
  if (gatewayRequestId === null) return "";
  const path = `/logs?request_id=${encodeURIComponent(gatewayRequestId)}`;
  // Safe: the shape of the runner's own control API, which its own tests hold.
  const logged = (await askControl(target().controlUrl, "GET", path)) as readonly { text: string }[];
  return logged.map(({ text }) => `\n${text}`).join("");
}
