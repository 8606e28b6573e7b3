/** A connection, as the management API shows it. */
export interface ConnectionInfo {
  readonly connectedAt: string;
  readonly lastActiveAt: string;
  readonly identity: { readonly sourceIp: string; readonly userAgent: string };
}

/** The open connections of the WebSocket API, as its management API (`@connections`) sees them. */
export interface Connections {
  post(connectionId: string, data: Buffer): "ok" | "gone" | "too-large" | "limit-exceeded";
  get(connectionId: string): ConnectionInfo | undefined;
  /** Closes the connection; false when there is none. */
  close(connectionId: string): boolean;
}
