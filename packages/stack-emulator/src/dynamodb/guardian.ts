import { spawn } from "node:child_process";

/**
 * Kills the process `pid` when this process ends, also after a SIGKILL. A shell waits for the end
 * of its input, which the operating system closes with this process. The shell has a session of its
 * own, so that an interrupted terminal does not end it first. Windows has no such shell and no
 * guard.
 */
export function guardProcess(pid: number): { release(): void } {
  if (process.platform === "win32") return { release() {} };
  const guardian = spawn("sh", ["-c", 'read -r released || kill -9 "$1"', "sh", String(pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  guardian.unref();
  // Without a guardian the process ends only if this one ends in good order.
  guardian.on("error", () => {});
  guardian.stdin.on("error", () => {});
  return { release: () => void guardian.stdin.end("released\n") };
}
