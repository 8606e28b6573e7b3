/**
 * A schema that is made when it is first asked for. What a function answers with is only ever held against its schema
 * by tests and documents: made at once, it would be a tenth of the time in which a function starts.
 */
export const deferred = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};
