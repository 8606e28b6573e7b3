/**
 * A schema that is made when it is first asked for. A function starts without making those of operations that nobody
 * has called yet, nor those of its answers, which tests and documents alone hold them against: made at once, schemas
 * would be a fifth of the time in which a function starts.
 */
export const deferred = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};
