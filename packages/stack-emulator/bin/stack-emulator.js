#!/usr/bin/env node
// This file is JavaScript, so that it can print what to do where Node does not run TypeScript:
// https://nodejs.org/api/typescript.html
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 18)) await import("../src/command/main.ts");
else {
  console.error(`stack-emulator needs Node 22.18 or newer, and this is ${process.versions.node}.`);
  process.exitCode = 1;
}
