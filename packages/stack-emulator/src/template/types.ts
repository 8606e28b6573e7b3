/** One resource of a synthesized template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DependsOn?: string | readonly string[];
  readonly Metadata?: Record<string, unknown>;
}

/**
 * A synthesized template as it stands in `cdk.out`: conditions are decided, other intrinsics are
 * unresolved.
 */
export interface Template {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly outputs: ReadonlyMap<string, unknown>;
  /** The directory of the cloud assembly; an asset's path is relative to it. */
  readonly assetsDir: string;
}

/** Physical names: what `Ref` and `Fn::GetAtt` give. Filled by those who provision a resource. */
export interface PhysicalNames {
  ref(logicalId: string, value: string): void;
  attribute(logicalId: string, name: string, value: string): void;
}

/** A template whose resources have their physical names: nothing in it is left to resolve. */
export interface ResolvedStack {
  /** With all intrinsics resolved. */
  readonly resources: ReadonlyMap<string, Resource>;
  readonly outputs: ReadonlyMap<string, string>;
  /** Resolves the intrinsics anywhere inside `value`. */
  resolve(value: unknown): unknown;
}
