import { randomBytes } from "node:crypto";

/** Ids of requests, messages and connections look like `R0oXAdfD0kwCH6w=`. */
export function createGatewayId(): string {
  return `${randomBytes(11).toString("base64url")}=`;
}
