/**
 * The defaults of the stack's props that the document names. A test compares them with the props:
 * the contract imports nothing of the stack.
 */
export const defaults = {
  rateLimitPerSecond: 10,
  rateLimitBurst: 30,
  httpThrottleRate: 1_000,
  httpThrottleBurst: 2_000,
  maxImageMb: 10,
  maxAudioMb: 25,
  maxFileMb: 50,
  maxVideoMb: 100,
  notificationDays: 90,
  adminGroup: "admins",
} as const;
