import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

/** Who may import whom, beside themselves and packages. docs/architecture.md says why. */
const mayImport: Record<string, readonly string[]> = {
  contract: [],
  "functions/kernel": ["contract"],
  "functions/data": ["contract", "functions/kernel"],
  "functions/actions": ["contract", "functions/kernel", "functions/data"],
  "functions/handlers": ["contract", "functions/kernel", "functions/data", "functions/actions"],
  functions: ["contract", "functions/kernel", "functions/data", "functions/actions", "functions/handlers"],
  lib: ["contract"],
  bin: ["lib", "contract"],
  local: [],
};

/** Packages that a part may use; parts that are not named here may use any. */
const mayUse: Record<string, readonly string[]> = { contract: ["zod"] };

const partOf = (file: string): string => {
  const [top = "", second = ""] = file.split("/");
  return top === "functions" && `functions/${second}` in mayImport ? `functions/${second}` : top;
};

const importsOf = (file: string): string[] => {
  const source = readFileSync(file, "utf8");
  return [...source.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].flatMap((match) => match[1] ?? []);
};

const breaches = (part: string): string[] =>
  globSync(`${part.split("/")[0]}/**/*.{ts,js}`)
    .filter((file) => partOf(file) === part)
    .flatMap((file) =>
      importsOf(file).flatMap((specifier) => {
        if (specifier.endsWith(".json")) return [];
        if (specifier.startsWith(".")) {
          const target = partOf(normalize(join(dirname(file), specifier)));
          return target === part || mayImport[part]?.includes(target) ? [] : [`${file} imports ${specifier}`];
        }
        const allowed = mayUse[part];
        return !allowed || allowed.includes(specifier) ? [] : [`${file} imports ${specifier}`];
      }),
    );

describe("the dependency rule", () => {
  for (const part of Object.keys(mayImport))
    test(`${part} imports only what it may`, () => {
      expect(breaches(part)).toEqual([]);
    });

  test("every part has files, so that the rule is held against something", () => {
    for (const part of Object.keys(mayImport))
      expect(globSync(`${part}/*.ts`).length, part).toBeGreaterThan(0);
  });

  test("keys of the table are built in one module alone", () => {
    const keyLike =
      /["'`](?:USER|ROOM|MSG|MEMBER|TERMS|NOTIF|CONTACT|BLOCK|BLOCKED|PEOPLE|REPORT|SESSION|ROSTER|TICKET|USERNAME|AVATAR|REBUILD)#/;
    const offenders = globSync("{functions,lib,local}/**/*.ts").filter(
      (file) => file !== "functions/data/keys.ts" && keyLike.test(readFileSync(file, "utf8")),
    );
    expect(offenders).toEqual([]);
  });
});
