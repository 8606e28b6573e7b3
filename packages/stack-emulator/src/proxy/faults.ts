import { shortFunctionName } from "./function-names.ts";
import { type Call, isRecord, type ServiceName } from "./types.ts";

const kinds = ["throttle", "delay", "lose", "crash", "unprocessed"] as const;
const services = ["dynamodb", "s3", "cognito-idp", "execute-api", "sqs", "sns"] as const;

/**
 * `throttle`: refused before it is executed. `delay`: executed `delay_ms` later. `lose`: executed,
 * then the connection breaks. `crash`: executed, then the function ends before it sees the answer.
 * `unprocessed`: half of a batch is left.
 */
type FaultKind = (typeof kinds)[number];

/** Which calls go wrong, and how. All that is given must match. */
export interface FaultSpec {
  readonly kind: FaultKind;
  readonly service: ServiceName;
  readonly action?: string;
  /**
   * A prefix of the partition key; outside DynamoDB, of the object key, connection id, queue, topic
   * or user name.
   */
  readonly pk?: string;
  readonly sk?: string;
  /** A function's logical id or short name. */
  readonly function?: string;
  /** The first matching call from now on that goes wrong: 1 is the next one. */
  readonly nth?: number;
  /** How many matching calls go wrong from there; 0 for all. */
  readonly times?: number;
  /** Each matching call goes wrong with this probability, instead of `nth` and `times`. */
  readonly probability?: number;
  /** With the same seed the same of the matching calls go wrong, counted from the first. */
  readonly seed?: number;
  readonly delay_ms?: number;
}

export interface Fault extends FaultSpec {
  readonly id: string;
  /** How many calls matched, and how many of them went wrong. */
  readonly matches: number;
  readonly hits: number;
}

/** A fault that was described wrongly. Its message says what is wrong. */
export class InvalidFault extends Error {}

export interface Faults {
  /** Throws InvalidFault unless `spec` is a FaultSpec. */
  add(spec: unknown): Fault;
  list(): readonly Fault[];
  /** False when there is none of this id. */
  remove(id: string): boolean;
  clear(): void;
  /** The faults that strike this call. Counts it. */
  strike(call: Call, functionLogicalId: string): readonly FaultSpec[];
}

interface ActiveFault extends FaultSpec {
  readonly id: string;
  matches: number;
  hits: number;
}

/** Mulberry32: from 0 up to, but not, 1. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function createFaults(): Faults {
  let active: ActiveFault[] = [];
  const randoms = new Map<string, () => number>();
  let nextId = 1;
  return {
    add(spec) {
      const fault: ActiveFault = { id: String(nextId++), ...parseFault(spec), matches: 0, hits: 0 };
      active.push(fault);
      randoms.set(fault.id, fault.seed === undefined ? Math.random : seeded(fault.seed));
      return { ...fault };
    },
    list: () => active.map((fault) => ({ ...fault })),
    remove(id) {
      const before = active.length;
      active = active.filter((fault) => fault.id !== id);
      return active.length < before;
    },
    clear() {
      active = [];
      randoms.clear();
    },
    strike(call, functionLogicalId) {
      if (active.length === 0) return [];
      return active.filter((fault) => {
        if (!matches(fault, call, functionLogicalId)) return false;
        fault.matches++;
        if (!isDue(fault, randoms.get(fault.id) ?? Math.random)) return false;
        fault.hits++;
        return true;
      });
    },
  };
}

function matches(fault: FaultSpec, call: Call, functionLogicalId: string): boolean {
  if (fault.service !== call.service) return false;
  if (fault.action !== undefined && fault.action !== call.action) return false;
  if (fault.kind === "unprocessed" && !call.action.startsWith("Batch")) return false;
  if (fault.function !== undefined && !isNamed(functionLogicalId, fault.function)) return false;
  if (fault.pk === undefined && fault.sk === undefined) return true;
  const { pk = "", sk = "" } = fault;
  return call.keys.some((key) => key.pk.startsWith(pk) && key.sk.startsWith(sk));
}

function isNamed(logicalId: string, name: string): boolean {
  return logicalId === name || shortFunctionName(logicalId).toLowerCase() === name.toLowerCase();
}

function isDue({ probability, nth = 1, times = 1, matches }: ActiveFault, random: () => number): boolean {
  if (probability !== undefined) return random() < probability;
  return matches >= nth && (times === 0 || matches < nth + times);
}

function parseFault(spec: unknown): FaultSpec {
  if (!isRecord(spec)) throw new InvalidFault("A fault is a JSON object.");
  const problems: string[] = [];
  const check = (name: string, holds: (value: unknown) => boolean, rule: string) => {
    if (spec[name] !== undefined && !holds(spec[name])) problems.push(`${name} must be ${rule}`);
  };
  const isCount = (value: unknown, least: number) => Number.isInteger(value) && Number(value) >= least;
  if (!kinds.some((kind) => kind === spec.kind)) problems.push(`kind must be one of ${kinds.join(", ")}`);
  if (!services.some((service) => service === spec.service)) {
    problems.push(`service must be one of ${services.join(", ")}`);
  }
  for (const name of ["action", "pk", "sk", "function"]) {
    check(name, (value) => typeof value === "string", "text");
  }
  check("nth", (value) => isCount(value, 1), "a whole number from 1");
  check("times", (value) => isCount(value, 0), "a whole number from 0, which means for ever");
  check("probability", (value) => typeof value === "number" && value >= 0 && value <= 1, "from 0 to 1");
  check("seed", (value) => isCount(value, 0), "a whole number from 0");
  check("delay_ms", (value) => typeof value === "number" && value >= 0, "a number from 0");
  if (spec.kind === "delay" && spec.delay_ms === undefined) problems.push("a delay needs delay_ms");
  if (spec.kind === "unprocessed" && spec.service !== "dynamodb") {
    problems.push("unprocessed is for dynamodb alone");
  }
  const known = [
    "kind",
    "service",
    "action",
    "pk",
    "sk",
    "function",
    "nth",
    "times",
    "probability",
    "seed",
    "delay_ms",
  ];
  for (const name of Object.keys(spec)) {
    if (!known.includes(name)) problems.push(`${name} is not a field of a fault (${known.join(", ")})`);
  }
  if (problems.length > 0) throw new InvalidFault(`This is no fault: ${problems.join("; ")}.`);
  // Every field has just been checked.
  return { ...spec } as unknown as FaultSpec;
}
