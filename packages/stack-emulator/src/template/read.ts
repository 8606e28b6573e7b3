import type { ResolvedStack, Resource } from "./types.ts";

/** The resources of one type, by logical id. */
export function resourcesOfType(stack: ResolvedStack, type: string): ReadonlyMap<string, Resource> {
  return new Map([...stack.resources].filter(([, resource]) => resource.Type === type));
}

/** A property that must be text, a number or a flag; undefined when it is absent. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

export function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  // An object that is not an array is a record of unknown values.
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
