/** A small client for the bench: it counts, and leaves checking to the tests. */
import { WebSocket } from "ws";
import type { Issuer } from "../support/issuer.ts";
import type { Ready } from "../support/runner-process.ts";

export interface BenchUser {
  readonly id: string;
  /** Signed at the first call, since most users only serve as members. */
  readonly token: () => Promise<string>;
}

/** The number of concurrent calls that prepare a measurement. */
const atOnce = 16;

/** The gateway takes frames of up to 32 KB, and messages of several. */
const frameLength = 16_384;

/** Works for each number from 0, up to `atOnce` at a time, and reports the progress. */
export async function forEachOf<T>(
  count: number,
  work: (at: number) => Promise<T>,
  said: (done: number) => void = () => {},
): Promise<T[]> {
  const results: T[] = new Array(count);
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const at = next;
      next += 1;
      results[at] = await work(at);
      done += 1;
      said(done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
  return results;
}

export function createClient({ httpUrl, webSocketUrl }: Ready, issuer: Issuer) {
  const api = async <T>(user: BenchUser, method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(new URL(path, httpUrl), {
      method,
      headers: { authorization: `Bearer ${await user.token()}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    // Safe as far as the bench reads it: the tests hold every answer against the contract.
    return (text === "" ? undefined : JSON.parse(text)) as T;
  };

  /**
   * Returns a user of the issuer. The id is as long as one of Cognito's, since it is part of every
   * key.
   */
  const unseenUser = (name: string): BenchUser => {
    const id = crypto.randomUUID();
    let token: Promise<string> | undefined;
    return {
      id,
      token: () => {
        token ??= issuer.sign({ sub: id, preferred_username: name, email: `${name}@example.com` }, "12h");
        return token;
      },
    };
  };

  /** Returns a user who has made a first call, and so has a profile. */
  const newUser = async (name: string): Promise<BenchUser> => {
    const user = unseenUser(name);
    await api(user, "GET", "/api/auth/profile");
    return user;
  };

  const open = async (url: string): Promise<WebSocket> => {
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    return socket;
  };

  /** Connects with a ticket, as a client does. */
  const connect = async (user: BenchUser): Promise<WebSocket> => {
    const { ticket } = await api<{ ticket: string }>(user, "POST", "/api/auth/ws-ticket", {});
    return open(`${webSocketUrl}?ticket=${ticket}`);
  };

  /** Connects with the token, which takes one call less: for users who only listen. */
  const connectQuickly = async (user: BenchUser): Promise<WebSocket> =>
    open(`${webSocketUrl}?token=${await user.token()}`);

  /** Sends a frame, and waits for its answer. */
  const ask = (socket: WebSocket, frame: Record<string, unknown>): Promise<void> => {
    const requestId = crypto.randomUUID();
    return new Promise((resolve, reject) => {
      const listen = (data: unknown): void => {
        // Safe: every event is an object with a type.
        const event = JSON.parse(String(data)) as { type: string; request_id?: string };
        if (event.request_id !== requestId) return;
        socket.off("message", listen);
        if (event.type === "error") reject(new Error(`The frame ${frame.type} was refused: ${data}`));
        else resolve();
      };
      socket.on("message", listen);
      const text = JSON.stringify({ ...frame, request_id: requestId });
      for (let from = 0; from < text.length; from += frameLength)
        socket.send(text.slice(from, from + frameLength), { fin: from + frameLength >= text.length });
    });
  };

  const directRoom = async (one: BenchUser, other: BenchUser): Promise<string> =>
    (await api<{ id: string }>(one, "POST", "/api/chat/rooms/direct_message", { user_id: other.id })).id;

  const send = (user: BenchUser, roomId: string, content = "Hello, how are you?") =>
    api<{ id: string; seq: number }>(user, "POST", `/api/chat/rooms/${roomId}/messages`, {
      content,
      client_message_id: crypto.randomUUID(),
    });

  return { api, unseenUser, newUser, connect, connectQuickly, ask, directRoom, send };
}
