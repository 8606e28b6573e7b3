/** The result of `within` when the time is up. */
export const TIMED_OUT = Symbol("timed out");

/**
 * Returns the outcome of `work`, or `TIMED_OUT` after this time in milliseconds. The work itself
 * goes on, as it does on Lambda.
 */
export async function within<Result>(
  work: Promise<Result>,
  milliseconds: number,
): Promise<Result | typeof TIMED_OUT> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<typeof TIMED_OUT>((resolve) => {
    timer = setTimeout(() => resolve(TIMED_OUT), milliseconds);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
