/** Something that a function printed. */
export interface LoggedText {
  /** RFC 3339, by the emulator's clock. */
  readonly at: string;
  readonly function: string;
  /** The id of the invocation; null before the first one of a worker. */
  readonly request_id: string | null;
  /**
   * The id that API Gateway gave to the request, which the client got as `apigw-requestid`; null
   * for other invocations.
   */
  readonly gateway_request_id: string | null;
  readonly error: boolean;
  readonly text: string;
}

export interface Logs {
  add(text: LoggedText): void;
  /** The latest texts, oldest first: all of them, or those of one request, by either of its ids. */
  list(requestId?: string | null): readonly LoggedText[];
}

const keptTexts = 1000;

export function createLogs(): Logs {
  let texts: LoggedText[] = [];
  return {
    add(text) {
      texts.push(text);
      // Cut rarely: moving a thousand entries for every line would cost more than the line itself.
      if (texts.length >= 2 * keptTexts) texts = texts.slice(-keptTexts);
    },
    list: (requestId) =>
      texts
        .slice(-keptTexts)
        .filter(
          ({ request_id, gateway_request_id }) =>
            requestId === undefined ||
            requestId === null ||
            requestId === request_id ||
            requestId === gateway_request_id,
        ),
  };
}
