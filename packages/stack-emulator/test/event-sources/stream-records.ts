/** Reads the records of a stream that a function is given. */
import type { Payload } from "../../src/proxy/types.ts";

interface Change {
  readonly Keys: { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } };
  readonly SequenceNumber: string;
  readonly ApproximateCreationDateTime: number;
}
export function change(record: Payload | undefined): Change {
  if (record === undefined) throw new Error("There is no such record.");
  // Every record of a table that `Dynamo.table` made has these.
  return record.dynamodb as Change;
}
/** `pk/sk` of a record. */
export const name = (record: Payload | undefined) =>
  `${change(record).Keys.pk.S}/${change(record).Keys.sk.S}`;
export const sequenceNumber = (record: Payload | undefined) => change(record).SequenceNumber;
