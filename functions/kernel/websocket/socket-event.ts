/**
 * An event of the WebSocket API, in the parts that Parley reads.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
export interface SocketEvent {
  /** Only `$connect` has headers. */
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: {
    readonly connectionId: string;
    readonly requestId: string;
    /** Milliseconds since 1970. */
    readonly connectedAt: number;
    readonly identity: { readonly sourceIp: string; readonly userAgent?: string | null };
    readonly authorizer?: Readonly<Record<string, unknown>> | null;
  };
}
