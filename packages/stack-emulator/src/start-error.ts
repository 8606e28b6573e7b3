/**
 * The emulator cannot start or go on. The message tells the user what to do, and is printed without
 * a stack.
 */
export class StartError extends Error {
  override readonly name = "StartError";
}
