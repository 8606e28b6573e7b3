import { expect, test } from "vitest";
import { internals } from "../support/internals.ts";

const { deliverGroup } = await internals.deliveryPages();

test("pages that are not begun wait, however often they are received, and are not given up", async () => {
  const page = { room_id: "room", user_ids: ["ann"], view: { type: "room_updated" } } as const;
  const pages = (received: number) => ["first", "second"].map((id) => ({ id, page, received }));
  for (let received = 1; received <= 20; received += 1)
    expect(await deliverGroup(pages(received), () => 0)).toEqual([
      { id: "first", delay: 0, isGivenUp: false },
      { id: "second", delay: 0, isGivenUp: false },
    ]);
});
