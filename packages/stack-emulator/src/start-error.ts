/** Why the emulator cannot start or go on, in words for whoever started it; no stack trace would add to them. */
export class StartError extends Error {
  override readonly name = "StartError";
}
