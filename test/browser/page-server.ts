import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const files: Readonly<Record<string, string>> = { "/": "index.html", "/chat.js": "chat.js" };

export interface PageServer {
  /** An origin of its own. */
  readonly origin: string;
  close(): void;
}

/** Serves the small client. */
export async function servePage(): Promise<PageServer> {
  const server = createServer(({ url = "/" }, response) => {
    const file = files[new URL(url, "http://127.0.0.1").pathname];
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    const type = file.endsWith(".js") ? "text/javascript" : "text/html";
    response
      .writeHead(200, { "content-type": type })
      .end(readFileSync(new URL(`page/${file}`, import.meta.url)));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
