import { askControl } from "./ask-control.ts";
import { target } from "./target.ts";

/** What the runner's functions printed for a request: a stack, where one failed. Empty when they printed nothing. */
export const loggedFor = async (gatewayRequestId: string | null): Promise<string> => {
  if (gatewayRequestId === null) return "";
  const path = `/logs?request_id=${encodeURIComponent(gatewayRequestId)}`;
  // Safe: the shape of the runner's own control API, which its own tests hold.
  const logged = (await askControl(target().controlUrl, "GET", path)) as readonly { text: string }[];
  return logged.map(({ text }) => `\n${text}`).join("");
};
