/**
 * Moves what `Date` says in this thread by the offset in shared memory. The real `Date` stays
 * behind it, so `instanceof`, parsing and arithmetic are untouched. Returns the machine's own
 * clock.
 * @param {SharedArrayBuffer} sharedOffset
 * @returns {() => number}
 */
export function shiftDate(sharedOffset) {
  const offset = new Float64Array(sharedOffset);
  const RealDate = Date;
  const machineNow = RealDate.now;
  const now = () => machineNow() + (offset[0] ?? 0);
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, parts, newTarget) =>
      Reflect.construct(target, parts.length === 0 ? [now()] : parts, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
  });
  RealDate.prototype.constructor = globalThis.Date;
  return machineNow;
}
