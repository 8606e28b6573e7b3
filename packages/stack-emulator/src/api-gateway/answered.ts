/** A request, a frame or the end of a connection, when the gateway is done with it. */
export interface Answered {
  /** The id that the gateway gave to it. */
  readonly requestId: string;
  /** The method, or `frame`, `$connect`, `$disconnect`. */
  readonly method: string;
  /** The path, or the route that a frame asks for. */
  readonly path: string;
  readonly status: number;
  readonly ms: number;
}

export type OnAnswered = (answered: Answered) => void;
