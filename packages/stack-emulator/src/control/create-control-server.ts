import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Clock } from "../clock.ts";
import { type Faults, InvalidFault } from "../proxy/faults.ts";
import type { Meter } from "../proxy/meter.ts";
import type { Logs } from "./logs.ts";

interface ControlOptions {
  readonly meter: Meter;
  readonly faults: Faults;
  readonly clock: Clock;
  /** Codes that were sent by e-mail, oldest first. */
  readonly mail: { list(): readonly unknown[] };
  /** The texts that functions printed. */
  readonly logs: Logs;
  /** The messages that were published to topics, oldest first. */
  readonly published: () => readonly unknown[];
  /** Work that is under way or still to be delivered, in words; empty if there is none. */
  readonly waitingFor: () => readonly string[];
}

interface Answer {
  readonly status: number;
  readonly value?: unknown;
}

/**
 * Creates the server through which tests control the emulator: its meter, faults and clock. Bind it
 * to loopback.
 */
export function createControlServer(options: ControlOptions): Server {
  return createServer((request, response) => {
    answer(request, options)
      .catch((error: unknown): Answer => {
        if (error instanceof BadRequest || error instanceof InvalidFault) return fail(400, error.message);
        return fail(500, error instanceof Error ? (error.stack ?? error.message) : String(error));
      })
      .then(({ status, value }) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(value === undefined ? undefined : JSON.stringify(value));
      });
  });
}

async function answer(
  request: IncomingMessage,
  { meter, faults, clock, mail, logs, published, waitingFor }: ControlOptions,
): Promise<Answer> {
  // No page that is open in a browser on this machine may steer the emulator.
  if (request.headers.origin !== undefined) return fail(403, "The control API is not for browsers.");
  const { pathname: path, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  const faultId = /^\/faults\/([^/]+)$/.exec(path)?.[1];
  switch (`${request.method} ${faultId === undefined ? path : "/faults/{id}"}`) {
    case "GET /meter":
      return { status: 200, value: meter.report() };
    case "POST /meter/reset":
      meter.reset();
      return { status: 204 };
    case "GET /faults":
      return { status: 200, value: faults.list() };
    case "POST /faults":
      return { status: 201, value: faults.add(await readJson(request)) };
    case "DELETE /faults":
      faults.clear();
      return { status: 204 };
    case "DELETE /faults/{id}":
      return faults.remove(faultId ?? "") ? { status: 204 } : fail(404, `There is no fault ${faultId}.`);
    case "GET /clock":
      return { status: 200, value: { now: clock.now(), offset_ms: clock.offsetMs } };
    case "POST /clock":
      clock.advance(readAdvance(await readJson(request)));
      return { status: 200, value: { now: clock.now(), offset_ms: clock.offsetMs } };
    case "GET /mail":
      return { status: 200, value: mail.list() };
    case "GET /logs":
      return { status: 200, value: logs.list(searchParams.get("request_id")) };
    case "GET /published":
      return { status: 200, value: published() };
    case "GET /idle": {
      const waiting = waitingFor();
      return { status: 200, value: { idle: waiting.length === 0, waiting_for: waiting } };
    }
    default:
      return fail(404, `There is no ${request.method} ${path} here. ${known}`);
  }
}

const known =
  "Known are GET /meter, POST /meter/reset, GET, POST and DELETE /faults, DELETE /faults/{id}, GET and POST /clock, GET /mail, GET /logs, GET /published, GET /idle.";

/** The request cannot be carried out; its message says why. */
class BadRequest extends Error {}

function fail(status: number, message: string): Answer {
  return { status, value: { message } };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request) text += chunk;
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequest("The body must be JSON.");
  }
}

function readAdvance(body: unknown): number {
  const ms = typeof body === "object" && body !== null && "advance_ms" in body ? body.advance_ms : undefined;
  // Backwards, what has expired would be valid again, which no clock of AWS does.
  if (typeof ms === "number" && Number.isFinite(ms) && ms >= 0) return ms;
  throw new BadRequest('The body must be {"advance_ms": N} with a number of milliseconds from 0.');
}
