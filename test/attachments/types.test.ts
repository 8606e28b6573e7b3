import { beforeAll, expect, test } from "vitest";
import { attempt } from "../support/contract-client.ts";
import { uploaded } from "../support/files.ts";
import { directRoom, type TestUser, two } from "../support/people.ts";

let ann: TestUser;
let roomId: string;

beforeAll(async () => {
  const [one, other] = await two();
  ann = one;
  roomId = await directRoom(one, other);
});

function send(body: Record<string, unknown>) {
  return attempt("sendMessage", { token: ann.token, params: { room_id: roomId }, body });
}

const texts = [
  "BMI;Gewicht\n22,5;70\n",
  "\ufeffBMI;Gewicht\n22,5;70\n",
  "MZ am Rhein\n",
  "solid findings in the lungs\n",
  "MAC mini",
  "GIF89a is a format",
  "ID3 tags are nice to have",
  "BEGIN:VCARD\r\nEND:VCARD\r\n",
  "WEBVTT\n\n",
  "PK: wir rufen an\n\f\x1b[1mDanke\x1b[0m",
];
test("a text is taken as a text, whatever letters it begins with", async () => {
  for (const media_type of ["text/plain", "text/csv"])
    for (const text of texts) {
      const file_id = await uploaded(ann, roomId, Buffer.from(text), { media_type }, "file");
      const sent = await send({ file_id });
      expect([text, sent.status]).toEqual([text, 201]);
      const response = await fetch(sent.body.file_attachment ?? "");
      expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.from(text))).toBe(true);
    }
});

test("a telephone's recording is taken as 3GP or MP4, whichever type the client names", async () => {
  const brands = ["3gp4", "isom"].map((brand) =>
    Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from(`ftyp${brand}\0\0\0\0${brand}mp41`)]),
  );
  for (const [media_type, kind] of [
    ["video/3gpp", "video"],
    ["video/mp4", "video"],
    ["audio/mp4", "audio"],
  ] as const)
    for (const bytes of brands) {
      const file_id = await uploaded(ann, roomId, bytes, { media_type }, kind);
      expect((await send({ file_id })).body).toMatchObject({ message_type: kind, media_type });
    }
});

test("a recorder's file is taken without the parameters of its type", async () => {
  const webm = Buffer.from(
    "1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878104428581021853806701ffffffffffffff",
    "hex",
  );
  const file = await uploaded(
    ann,
    roomId,
    webm,
    { media_type: "audio/webm;codecs=opus", duration: 2.5 },
    "audio",
  );
  expect((await send({ file_id: file })).body).toMatchObject({
    message_type: "audio",
    attachments: [{ media_type: "audio/webm", duration: 2.5 }],
  });
});
