/**
 * Returns a function that makes a schema when it is first called, and returns the same one from
 * then on. A starting function makes no schema of an operation that no client has called yet. It
 * never makes those of its answers, which only tests and documents use. Made at once, the schemas
 * would take a fifth of a function's start.
 */
export function deferred<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
