/**
 * Measures the reads of a search in a short and a long history, and the writes that make a message
 * found.
 */
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { keys, newPostingItem } from "../support/internals.ts";
import type { Bench } from "./bench.ts";
import type { BenchUser } from "./client.ts";
import { say } from "./progress.ts";
import type { Row } from "./row.ts";
import { at, seedMessages, writeItems } from "./seed.ts";
import type { Line, Table } from "./table.ts";

/** Messages with the rare word, in a history of any length. */
const rareMessages = 5;
/** The number of newest messages: every page that is measured shows these alone. */
const shownMessages = 600;

/** Queries by their kinds, with about as many results in either history. */
const searches: Readonly<Record<string, string>> = {
  "a common word": "common",
  "a rare word": "rare",
  "two words": "third2 right",
  "a rare and a common word": "common rare",
  "a prefix of five words": "thi",
  "a phrase": '"right third4"',
};

interface Seeded {
  readonly roomId: string;
  readonly senderId: string;
  readonly count: number;
}

/** Returns the words of a message: the same number for each. */
function wordsOf(seq: number, count: number): string[] {
  const isRare = seq % Math.floor(count / rareMessages) === 0;
  return ["common", seq % 2 === 0 ? "right" : "left", isRare ? "rare" : `third${seq % 5}`];
}

const wordsEach = wordsOf(1, rareMessages).length;

/**
 * Seeds a room with a history whose messages are found: all items that sends, and the stream's
 * handlers, would have written. Messages that no page shows have a type that the stream's handler
 * skips, since it would write all of their postings once more.
 */
async function seedHistory(bench: Bench, { roomId, senderId, count }: Seeded): Promise<void> {
  const { table, tableName: TableName } = bench;
  const { Item } = await table.send(new GetCommand({ TableName, Key: keys.head(roomId) }));
  if (Item?.seq !== 0) throw new Error("A history is seeded into a room without messages.");
  const began = Date.now() - count * 1000;
  const timeOf = (seq: number): number => began + seq * 1000;
  const isShown = (seq: number): boolean =>
    seq > count - shownMessages || wordsOf(seq, count).includes("rare");
  const entryOf = (seq: number) => ({
    roomId,
    seq,
    at: timeOf(seq),
    senderId,
    type: "text" as const,
    expiresAt: null,
  });
  await writeItems(bench, "postings", count * wordsEach, (place) => {
    const seq = Math.floor(place / wordsEach) + 1;
    return newPostingItem(entryOf(seq), at(wordsOf(seq, count), place % wordsEach));
  });
  await seedMessages(bench, roomId, { from: 1, to: count }, (seq) => ({
    senderId,
    content: wordsOf(seq, count).join(" "),
    type: isShown(seq) ? "text" : "encrypted",
    at: new Date(timeOf(seq)).toISOString(),
  }));
}

interface Measured {
  readonly rru: number;
  readonly found: number;
}

async function measureSearch(bench: Bench, user: BenchUser, path: string, q: string): Promise<Measured> {
  let found = 0;
  const cost = await bench.measure(async () => {
    const answer = await bench.api<{ results: unknown[] } | unknown[]>(
      user,
      "GET",
      `${path}?q=${encodeURIComponent(q)}`,
    );
    found = (Array.isArray(answer) ? answer : answer.results).length;
  });
  if (found === 0) throw new Error(`Nothing was found by ${q}.`);
  return { rru: cost.request.rru, found };
}

/** The longer history of a full bench. */
export const fullHistory = 100_000;

function historyText(count: number): string {
  const text = `${count.toLocaleString("en-US")} messages`;
  return count < fullHistory ? `${text} (${fullHistory.toLocaleString("en-US")} without --quick)` : text;
}

/** The largest allowed ratio of the reads in the longer history to those in the shorter one. */
const mostGrowth = 1.2;

/** Measures searches in histories of two lengths: their reads, and the ratio of these. */
export async function measureSearches(
  bench: Bench,
  [short, long]: readonly [number, number],
  report: (row: Row) => void,
): Promise<void> {
  const [ann, ben, cid] = [
    await bench.newUser("search-ann"),
    await bench.newUser("search-ben"),
    await bench.newUser("search-cid"),
  ];
  const rooms = [
    { roomId: await bench.directRoom(ann, ben), count: short },
    { roomId: await bench.directRoom(ann, cid), count: long },
  ];
  for (const room of rooms) {
    say(`a history of ${room.count} with postings`);
    await seedHistory(bench, { ...room, senderId: ann.id });
  }
  for (const [what, q] of Object.entries(searches)) {
    const measured: Measured[] = [];
    for (const { roomId } of rooms)
      measured.push(await measureSearch(bench, ann, `/api/chat/rooms/${roomId}/messages/search`, q));
    const [one, other] = [at(measured, 0), at(measured, 1)];
    report({
      name: `search ${what}, ${historyText(long)}`,
      measured: {
        found: other.found,
        [`rru_of_${short}`]: one.rru,
        rru: other.rru,
        growth: Math.round((other.rru / one.rru) * 100) / 100,
      },
      limits: { growth: mostGrowth },
      exactly: { found: one.found },
    });
  }
  const everywhere = await measureSearch(bench, ann, "/api/chat/search/messages", "common");
  report({ name: "search a common word in both rooms", measured: { ...everywhere }, limits: { rru: 120 } });
}

const sentence =
  "Could you send me the slides of the quarterly review before our meeting on Friday afternoon?";
const paragraphs = Array.from({ length: 700 }, (_, place) => `${at([..."kmprst"], place % 6)}word${place}`);

const texts: Readonly<Record<string, string>> = {
  "one word": "Thanks!",
  "a sentence": sentence,
  "a sentence in Chinese": "我们星期五下午开会之前请把季度总结的幻灯片发给我",
  "4,000 characters": paragraphs.join(" ").slice(0, 4000),
};

/** Measures the writes behind a message that make it found, and behind a change of it. */
export async function measureIndexing(bench: Bench): Promise<Table> {
  const [ann, ben] = [await bench.newUser("index-ann"), await bench.newUser("index-ben")];
  const roomId = await bench.directRoom(ann, ben);
  const path = `/api/chat/rooms/${roomId}/messages`;
  const lines: Line[] = [];
  const measure = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    const { after } = await bench.measure(work);
    lines.push({ what, "then wru": after.wru, "then rru": after.rru, "then calls": after.calls });
  };
  for (const [what, text] of Object.entries(texts))
    await measure(`send ${what}`, () => bench.send(ann, roomId, text));
  const { id } = await bench.send(ann, roomId, sentence);
  const edited = sentence.replace("Friday", "Monday");
  await measure("edit one word of the sentence", () =>
    bench.api(ann, "PATCH", `${path}/${id}`, { content: edited }),
  );
  await measure("react to it", () => bench.api(ben, "POST", `${path}/${id}/react`, { emoji: "👍" }));
  await measure("delete it", () => bench.api(ann, "DELETE", `${path}/${id}`));
  return { name: "Writes that make a message found", lines };
}
