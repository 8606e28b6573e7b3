import * as z from "zod";
import { deferred } from "../../../contract/deferred.ts";
import type { Page } from "./delivery-pages.ts";

/**
 * The fields that tell a page from anything else. The same code that posts an event has made it, so
 * the event is not checked further.
 */
const page = deferred(() =>
  z.object({
    room_id: z.string(),
    user_ids: z.array(z.string()),
    event: z
      .looseObject({ type: z.string(), message: z.looseObject({ seq: z.int() }).optional() })
      .refine(({ type, message }) => type !== "message" || message !== undefined)
      .optional(),
    view: z.looseObject({ type: z.string() }).optional(),
  }),
);

/** Reads a page from the queue; undefined if it is none. */
export function parsePage(text: string): Page | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { success, data } = page().safeParse(value);
  if (!success || (data.event === undefined) === (data.view === undefined)) return undefined;
  // Safe: only enqueueDelivery writes to the queue, and it writes pages.
  return value as Page;
}
