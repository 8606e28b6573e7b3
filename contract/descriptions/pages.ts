import type * as z from "zod";
import { describeObject, type SchemaDescription } from "./describe.ts";

type PageSchema = z.ZodObject<{
  count: z.ZodType<number>;
  next: z.ZodType<string | null>;
  previous: z.ZodType<string | null>;
  results: z.ZodArray<z.ZodObject>;
}>;

/** The fields of a page that lead to the next and the previous one. */
export const links = {
  next: {
    description:
      "The URL of the next page. Null on the last page. Follow it as it is: a page may be short and have " +
      "a next one.",
    example: "https://chat.example.com/api/chat/rooms?page=2",
  },
  previous: { description: "The URL of the previous page. Null on the first page.", example: null },
};

/**
 * Describes one page of a list: `count` says what is counted, `results` what is listed, and in
 * which order.
 */
export function describePage(
  schema: () => z.ZodObject,
  { page, count, results }: { readonly page: string; readonly count: string; readonly results: string },
): SchemaDescription {
  // Safe: `pageOf` makes all pages, and only pages are described here. Their entries are of many
  // types.
  return describeObject(schema as () => PageSchema, {
    description: page,
    fields: {
      count: { description: count, example: 1 },
      ...links,
      results: { description: results },
    },
  });
}
