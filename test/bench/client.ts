/** A small client for the bench: it counts, and leaves checking to the tests. */
import { WebSocket } from "ws";
import type { Ready } from "../support/runner-process.ts";

export interface BenchUser {
  readonly id: string;
  readonly token: string;
}

interface MeterCounts {
  readonly invocations: number;
  readonly dynamodb_calls: number;
  readonly rru: number;
  readonly wru: number;
  readonly posts: number;
}

interface MeterReport {
  readonly operations: Readonly<Record<string, MeterCounts>>;
  readonly calls: readonly {
    service: string;
    action: string;
    rru: number;
    started_ms: number;
    ended_ms: number;
  }[];
}

export interface Cost {
  readonly wru: number;
  readonly rru: number;
  /** What was read before the last write, and so before anybody was told of it. */
  readonly rru_before_write: number;
  readonly calls: number;
  /** Calls that had to wait for another one. */
  readonly in_sequence: number;
  readonly posts: number;
  readonly queries: number;
}

const inSequence = (calls: MeterReport["calls"]): number => {
  let chain = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const call of [...calls].sort((one, other) => one.ended_ms - other.ended_ms))
    if (call.started_ms >= end) {
      chain += 1;
      end = call.ended_ms;
    }
  return chain;
};

const round = (value: number): number => Math.round(value * 100) / 100;

export const createClient = ({ httpUrl, webSocketUrl, controlUrl }: Ready) => {
  const ask = async <T>(method: string, url: URL, body?: unknown, token?: string): Promise<T> => {
    const response = await fetch(url, {
      method,
      headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${url.pathname} answered ${response.status}: ${text}`);
    // Safe as far as the bench reads it: the tests hold every answer against the contract.
    return (text === "" ? undefined : JSON.parse(text)) as T;
  };
  const api = <T>(method: string, path: string, body?: unknown, token?: string): Promise<T> =>
    ask(method, new URL(path, httpUrl), body, token);

  const newUser = async (name: string): Promise<BenchUser> => {
    const account = { username: name, email: `${name}@example.com`, password: "correct horse battery" };
    const { user } = await api<{ user: { id: string } }>("POST", "/api/auth/register", account);
    const { access_token } = await api<{ access_token: string }>("POST", "/api/auth/login", account);
    return { id: user.id, token: access_token };
  };

  const connect = async (user: BenchUser): Promise<WebSocket> => {
    const { ticket } = await api<{ ticket: string }>("POST", "/api/auth/ws-ticket", {}, user.token);
    const socket = new WebSocket(`${webSocketUrl}?ticket=${ticket}`);
    await new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    return socket;
  };

  /** What a piece of work cost, when all that it set off has come to rest. */
  const cost = async (work: () => Promise<unknown>): Promise<Cost> => {
    await ask("POST", new URL("/meter/reset", controlUrl));
    await work();
    const { operations, calls } = await ask<MeterReport>("GET", new URL("/meter", controlUrl));
    const sum = (what: keyof MeterCounts): number =>
      Object.values(operations).reduce((total, counts) => total + counts[what], 0);
    const toTable = calls.filter((call) => call.service === "dynamodb");
    return {
      wru: round(sum("wru")),
      rru: round(sum("rru")),
      rru_before_write: round(
        toTable
          .slice(0, toTable.findLastIndex((call) => call.action === "UpdateItem") + 1)
          .reduce((total, call) => total + call.rru, 0),
      ),
      calls: sum("dynamodb_calls"),
      in_sequence: inSequence(toTable),
      posts: sum("posts"),
      queries: toTable.filter((call) => call.action === "Query").length,
    };
  };

  return { api, newUser, connect, cost };
};

export type BenchClient = ReturnType<typeof createClient>;
