/** The messages of one room that a client has shown its user, each at the time when it appeared. */
export interface Transcript {
  /** Seqs in the order in which they appeared. */
  readonly shown: readonly number[];
  /** Messages that appeared twice. */
  readonly duplicates: readonly number[];
  /** Messages that appeared while an earlier number was neither shown nor known to be missing. */
  readonly gaps: readonly number[];
  show(seq: number): void;
  /** Records that the history had no message with this number when the client asked. */
  explain(seq: number): void;
}

export function newTranscript(): Transcript {
  const shown: number[] = [];
  const duplicates: number[] = [];
  const gaps: number[] = [];
  const accounted = new Set<number>();
  /** Every number up to here is accounted for. */
  let whole = 0;
  const account = (seq: number): void => {
    accounted.add(seq);
    while (accounted.has(whole + 1)) whole += 1;
  };
  return {
    shown,
    duplicates,
    gaps,
    show(seq) {
      if (shown.includes(seq)) duplicates.push(seq);
      if (seq > whole + 1) gaps.push(seq);
      shown.push(seq);
      account(seq);
    },
    explain: account,
  };
}
