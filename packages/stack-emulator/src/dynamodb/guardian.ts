import { spawn } from "node:child_process";

/**
 * Ends the process `pid` when this one is gone, also when a signal ended it that no process sees. A shell waits for the end
 * of its input, which the operating system closes with this process; it is in a session of its own, so that an interrupted
 * terminal does not end it first. On Windows there is no such shell, and no guard.
 */
export function guardProcess(pid: number): { release(): void } {
  if (process.platform === "win32") return { release() {} };
  const guardian = spawn("sh", ["-c", 'read -r released || kill -9 "$1"', "sh", String(pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  guardian.unref();
  // Without a guardian the process ends with an orderly end of this one alone.
  guardian.on("error", () => {});
  guardian.stdin.on("error", () => {});
  return { release: () => void guardian.stdin.end("released\n") };
}
