import { once } from "node:events";
import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
}

/** A script of one worker that has a source map. */
interface Script {
  readonly session: string;
  readonly url: string;
  readonly code: readonly string[];
  readonly map: SourceMap;
}

export interface Debugger {
  /**
   * Breaks where a source throws in this line; resolves with the number of places in loaded code.
   */
  breakAtThrow(source: string, line: number): Promise<number>;
  /**
   * Waits until a function pauses, resumes it, and resolves with the place in the source, as
   * `url:line`.
   */
  passBreakpoint(): Promise<string>;
  close(): void;
}

/**
 * Attaches to the worker threads behind an inspector's address, as editors do: reads the source
 * maps of their scripts, and finds by them where the places of a source are. The protocol:
 * https://chromedevtools.github.io/devtools-protocol/v8/Debugger/
 */
export async function attachDebugger(address: string): Promise<Debugger> {
  const socket = new WebSocket(address);
  await once(socket, "open");
  const scripts = new Map<string, Script>();
  const waiting = new Map<number, (result: Message["result"]) => void>();
  const paused: { session: string; place: string }[] = [];
  let lastId = 0;

  const send = (method: string, params: object, session?: string): Promise<Message["result"]> =>
    new Promise((resolve) => {
      lastId += 1;
      waiting.set(lastId, resolve);
      const message = JSON.stringify({ id: lastId, method, params });
      if (session === undefined) return socket.send(message);
      lastId += 1;
      const wrapped = { sessionId: session, message };
      socket.send(JSON.stringify({ id: lastId, method: "NodeWorker.sendMessageToWorker", params: wrapped }));
    });

  const receive = ({ id, method, params = {}, result }: Message, session = ""): void => {
    if (id !== undefined) waiting.get(id)?.(result);
    else if (method === "NodeWorker.attachedToWorker") {
      void send("Debugger.enable", {}, String(params.sessionId));
    } else if (method === "NodeWorker.receivedMessageFromWorker") {
      receive(JSON.parse(String(params.message)), String(params.sessionId));
    } else if (method === "Debugger.scriptParsed") {
      const script = readScript(session, String(params.url), String(params.sourceMapURL ?? ""));
      if (script) scripts.set(`${session} ${params.scriptId}`, script);
    } else if (method === "Debugger.paused") {
      // The protocol promises at least one frame, and a place in each.
      const [frame] = params.callFrames as [{ location: Record<string, unknown> }];
      const { scriptId, lineNumber, columnNumber } = frame.location;
      const script = scripts.get(`${session} ${scriptId}`);
      const found = script && sourcePlace(script, Number(lineNumber), Number(columnNumber));
      paused.push({ session, place: found ?? "unknown" });
    }
  };
  socket.on("message", (data) => receive(JSON.parse(data.toString())));
  await send("NodeWorker.enable", { waitForDebuggerOnStart: false });

  return {
    async breakAtThrow(source, line) {
      let bound = 0;
      for (const script of scripts.values()) {
        for (const [lineNumber, text] of script.code.entries()) {
          for (const { index: columnNumber } of text.matchAll(/\bthrow\b/g)) {
            if (sourcePlace(script, lineNumber, columnNumber) !== `${source}:${line}`) continue;
            const place = { url: script.url, lineNumber, columnNumber };
            const result = await send("Debugger.setBreakpointByUrl", place, script.session);
            bound += Array.isArray(result?.locations) ? result.locations.length : 0;
          }
        }
      }
      return bound;
    },
    async passBreakpoint() {
      let pause = paused.shift();
      while (pause === undefined) {
        await once(socket, "message");
        pause = paused.shift();
      }
      await send("Debugger.resume", {}, pause.session);
      return pause.place;
    },
    close: () => socket.close(),
  };
}

function readScript(session: string, url: string, sourceMapUrl: string): Script | undefined {
  if (!url.startsWith("file://") || sourceMapUrl === "") return undefined;
  const map = JSON.parse(readFileSync(fileURLToPath(new URL(sourceMapUrl, url)), "utf8"));
  const code = readFileSync(fileURLToPath(url), "utf8").split("\n");
  return { session, url, code, map: new SourceMap(map) };
}

/**
 * The source and its line, of a place in a script; both count from 0 there, and lines from 1 in
 * sources.
 */
function sourcePlace({ map }: Script, line: number, column: number): string | undefined {
  const entry = map.findEntry(line, column);
  return "originalSource" in entry ? `${entry.originalSource}:${entry.originalLine + 1}` : undefined;
}
