/**
 * A client as its author would write it with the types of openapi.json. It is compiled beside them
 * (see test/contract/typed-client.unit.test.ts), and is not run.
 */
import type { components, operations, paths } from "./openapi.d.ts";

type Schemas = components["schemas"];
type BodyOf<Id extends keyof operations> = operations[Id] extends {
  requestBody?: { content: { "application/json": infer Body } };
}
  ? Body
  : never;

// Only what has no default is required.
export const room: BodyOf<"createRoom"> = { room_type: "group" };
export const message: BodyOf<"sendMessage"> = { content: "Hello" };
export const picture: BodyOf<"createImageUpload"> = {
  file_name: "x-ray.png",
  file_size: 482_133,
  media_type: "image/png",
  room: "9ab0c787-266e-4b20-8af5-7b467fe21d36",
};

// @ts-expect-error: a picture has no type of a sound recording.
export const type: BodyOf<"createImageUpload">["media_type"] = "audio/mp4";
// @ts-expect-error: no client sends messages of the server.
export const spoken: BodyOf<"sendMessage">["message_type"] = "system";

// Numbers of a query are numbers, and none is required.
export const query: paths["/api/chat/rooms/{room_id}/messages"]["get"]["parameters"]["query"] = {
  page_size: 20,
  before: 7,
};

// A body that may be left out is optional.
export const marking: operations["markRoomRead"]["requestBody"] = undefined;

type MessageAnswer = operations["sendMessage"]["responses"][201]["content"]["application/json"];
export function authorOf({ sender, metadata }: MessageAnswer): string {
  return `${sender.display_name}: ${metadata === null ? "" : JSON.stringify(metadata.case_number)}`;
}

type Refusal = operations["sendMessage"]["responses"][401]["content"];
export function messageOf(error: Refusal[keyof Refusal]): string {
  return "code" in error ? `${error.code satisfies Schemas["ErrorCode"]}: ${error.detail}` : error.message;
}
