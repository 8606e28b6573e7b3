import { resolve, type Scope } from "./intrinsics.ts";
import type { LoadedTemplate } from "./load-template.ts";
import type { NameTable } from "./names.ts";
import { pseudoParameters } from "./pseudo-parameters.ts";
import type { ResolvedStack, Resource, Template } from "./types.ts";

/**
 * Resolves the whole template. Call it when all resources that need provisioning have their names.
 */
export function resolveStack(template: Template | LoadedTemplate, names: NameTable): ResolvedStack {
  const scope = createScope(template, names);
  const resources = new Map<string, Resource>();
  for (const [logicalId, resource] of template.resources) {
    // An object resolves to an object: only a lone intrinsic in its place could give something
    // else.
    const properties = resolve(resource.Properties, scope) as Record<string, unknown>;
    resources.set(logicalId, { ...resource, Properties: properties });
  }
  const outputs = new Map<string, string>();
  for (const [name, value] of template.outputs) outputs.set(name, String(resolve(value, scope)));
  return { resources, outputs, resolve: (value) => resolve(value, scope) };
}

function createScope(template: Template | LoadedTemplate, names: NameTable): Scope {
  const loaded = "conditions" in template ? template : undefined;
  const pseudo = pseudoParameters(loaded?.stackName ?? "Stack");
  return {
    ref: (name) => {
      if (pseudo.has(name)) return pseudo.get(name);
      if (loaded?.parameters.has(name)) return loaded.parameters.get(name);
      return names.findRef(name);
    },
    attribute: (logicalId, name) => names.findAttribute(logicalId, name),
    condition: (name) => loaded?.conditions.get(name) ?? false,
    mapping: (map, top, second) => loaded?.mappings[map]?.[top]?.[second],
  };
}
