import type { Duplex } from "node:stream";

/**
 * Calls `exceeded` when a frame with a longer payload begins. Listens to the same bytes as the
 * WebSocket library, which knows a limit for whole messages alone, and reads no more than the
 * frames' headers (RFC 6455, 5.2). Attach it before any byte has been read.
 */
export function watchFrameSizes(socket: Duplex, maxPayload: number, exceeded: () => void): void {
  let header: number[] = [];
  let payloadLeft = 0;
  const watch = (chunk: Buffer) => {
    let position = 0;
    while (position < chunk.length) {
      if (payloadLeft > 0) {
        const skipped = Math.min(payloadLeft, chunk.length - position);
        payloadLeft -= skipped;
        position += skipped;
        continue;
      }
      header.push(chunk[position++] ?? 0);
      const payload = payloadLength(header);
      if (payload === undefined) continue;
      header = [];
      payloadLeft = payload;
      if (payload > maxPayload) {
        socket.off("data", watch);
        exceeded();
        return;
      }
    }
  };
  socket.prependListener("data", watch);
}

/**
 * The length of the payload once the header is complete: two bytes, the longer forms of the length,
 * the mask.
 */
function payloadLength(header: readonly number[]): number | undefined {
  const [, second = 0] = header;
  if (header.length < 2) return undefined;
  const short = second & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  const mask = second & 0x80 ? 4 : 0;
  if (header.length < 2 + extended + mask) return undefined;
  if (extended === 0) return short;
  return header.slice(2, 2 + extended).reduce((length, byte) => length * 256 + byte, 0);
}
