import { afterEach, expect, test } from "vitest";
import { afterSeconds, emptyQueues } from "../support/background.ts";
import { attempt, call } from "../support/contract-client.ts";
import { clearFaults } from "../support/control.ts";
import { cutOff } from "../support/faults.ts";
import { keys } from "../support/internals.ts";
import { countMessages, itemsAt } from "../support/operator.ts";
import { newAccounts, newUser } from "../support/people.ts";

/** More accounts than fit into the transaction that creates a room. */
const accountCount = 100;

async function invitations(userId: string): Promise<number> {
  const { pk, sk: prefix } = keys.notification(userId, "");
  return (await itemsAt(pk)).filter(({ sk }) => sk.startsWith(prefix)).length;
}

afterEach(async () => {
  await clearFaults();
  await emptyQueues();
});

test("members whose memberships are written before their room are invited once it exists, and not without it", async () => {
  const ann = await newUser("ann");
  const participant_ids = await newAccounts(accountCount);
  const early = participant_ids.toSorted().at(-1) ?? "";
  const create = (key: string) => ({
    token: ann.token,
    body: { room_type: "group", name: "LoadRunner", participant_ids },
    headers: { "idempotency-key": key },
  });
  const createHalf = async (key: string): Promise<void> => {
    const membership = { action: "PutItem", sk: `MEMBER#${early}`, function: "rooms" };
    await cutOff(() => attempt("createRoom", create(key)), membership);
    await clearFaults();
    await afterSeconds(0);
  };

  await createHalf("repeated-1");
  expect(await invitations(early)).toBe(0);
  // The task waits to be tried again. It did not fail: a failed one would be in flight until then.
  const { delayed, ...others } = await countMessages("TasksQueueUrl");
  expect(others).toEqual({ visible: 0, inFlight: 0 });
  expect(delayed).toBeGreaterThan(0);
  await call("createRoom", create("repeated-1"));
  await afterSeconds(30);
  expect(await invitations(early)).toBe(1);

  await createHalf("never-again-1");
  await afterSeconds(61);
  expect(await invitations(early)).toBe(1);
  expect(await countMessages("TasksQueueUrl")).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
});
