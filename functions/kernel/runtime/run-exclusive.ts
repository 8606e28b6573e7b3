const turns = new Map<string, Promise<unknown>>();

/**
 * Runs pieces of work with the same key one after the other in this container. Work with other keys
 * runs meanwhile.
 */
export function runExclusive<T>(key: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(key) ?? Promise.resolve()).catch(() => {}).then(work);
  turns.set(key, turn);
  const end = (): void => {
    if (turns.get(key) === turn) turns.delete(key);
  };
  turn.then(end, end);
  return turn;
}
