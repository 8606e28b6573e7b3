/**
 * The texts and examples of the OpenAPI document. They stand beside the contract and not in it, so
 * that no function's bundle holds them: only `lib/openapi.ts` and tests import this folder.
 *
 * Each file describes the contract's file of the same name. A description that lacks an operation,
 * a field or an error does not compile. `npm run openapi` fails for a schema that has none, and
 * names it.
 */
import type * as z from "zod";
import type { ErrorCode } from "../errors.ts";
import type { Operation } from "../operation.ts";

/** The description of a field, a parameter or a header. */
export interface Field {
  /** The meaning, unit, limits and default of the value, in plain English. */
  readonly description: string;
  /**
   * A value that it may have. An object, or a list of objects, gets its example from its own
   * fields.
   */
  readonly example?: unknown;
  /**
   * The fields of an object, or of the objects of a list, unless the object has a name of its own.
   */
  readonly fields?: Fields;
}

export type Fields = Readonly<Record<string, Field>>;

/** Without the values that stand for none. */
type Present<T> = Exclude<T, null | undefined>;

/** A value, or, for a list, one of its entries. */
type Entry<T> = Present<T> extends readonly (infer E)[] ? Present<E> : Present<T>;

/** The description of a field whose value is a `T`. */
type FieldOf<T> = [Entry<T>] extends [object]
  ? {
      readonly description: string;
      readonly example?: Exclude<T, undefined>;
      readonly fields?: FieldsOf<Entry<T>>;
    }
  : { readonly description: string; readonly example: Exclude<T, undefined> };

/** A description for each field of a `T`. */
export type FieldsOf<T> = { readonly [Name in keyof T]-?: FieldOf<T[Name]> };

/** The description of a schema that has a name. */
export interface SchemaDescription {
  readonly schema: () => z.ZodType;
  readonly description: string;
  readonly example?: unknown;
  readonly fields?: Fields;
  /** The schema as the document writes it, if zod's own form of it is of no use there. */
  readonly written?: Readonly<Record<string, unknown>>;
}

/** Describes a named object. Its example consists of those of its fields, except for `example`. */
export function describeObject<S extends z.ZodObject>(
  schema: () => S,
  description: {
    readonly description: string;
    readonly example?: Partial<z.output<S>>;
    readonly fields: FieldsOf<z.output<S>>;
  },
): SchemaDescription {
  return { schema, ...description };
}

/** Describes any other named schema, such as an enumeration. */
export function describeValue<S extends z.ZodType>(
  schema: () => S,
  description: {
    readonly description: string;
    readonly example: z.output<S>;
    readonly written?: Readonly<Record<string, unknown>>;
  },
): SchemaDescription {
  return { schema, ...description };
}

/**
 * The errors that an operation declares, and those of any operation that it has more to say about.
 */
type ErrorsOf<O extends Operation> = { readonly [Code in O["errors"][number]]: string } & {
  readonly [Code in ErrorCode]?: string;
};

type QueryOf<O extends Operation> = O extends { readonly query: () => infer S extends z.ZodObject }
  ? { readonly query: FieldsOf<z.output<S>> }
  : unknown;

type BodyOf<O extends Operation> = O extends { readonly body: () => infer S extends z.ZodObject }
  ? {
      readonly body: FieldsOf<z.input<S>>;
      /** A body, if the examples of its fields make none that is valid as a whole. */
      readonly bodyExample?: z.input<S>;
    }
  : unknown;

type RepeatedOf<O extends Operation> = O extends { readonly repeated: number }
  ? { readonly repeated: string }
  : unknown;

/** The description of the operation `O`. */
export type DescriptionOf<O extends Operation> = {
  readonly description: string;
  /** The content of the answer, if the operation succeeds. */
  readonly success: string;
  /** The cause of each error that the operation answers with, by its code. */
  readonly errors: ErrorsOf<O>;
  readonly variants?: Variants;
} & QueryOf<O> &
  BodyOf<O> &
  RepeatedOf<O>;

/** The description of any operation. */
export interface OperationDescription {
  readonly description: string;
  readonly success: string;
  /** The content of the answer to a request that was carried out before. */
  readonly repeated?: string;
  readonly errors: Readonly<Partial<Record<ErrorCode, string>>>;
  readonly query?: Fields;
  readonly body?: Fields;
  readonly bodyExample?: unknown;
  readonly variants?: Variants;
}

/**
 * An operation that the document lists once for each value of a path parameter. OpenAPI does not
 * allow two paths that differ only in the name of a parameter.
 */
export interface Variants {
  readonly parameter: string;
  readonly each: Readonly<Record<string, Variant>>;
}

export interface Variant {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  /** Other examples of fields of the body. `values` are the only ones that the field takes. */
  readonly body?: Readonly<
    Record<string, { readonly example: unknown; readonly values?: readonly string[] }>
  >;
}

/** Describes the operations of one file of the contract. */
export function describeOperations<const Operations extends Record<string, Operation>>(
  _operations: Operations,
  descriptions: { readonly [Id in keyof Operations]: DescriptionOf<Operations[Id]> },
): { readonly [Id in keyof Operations]: OperationDescription } {
  return descriptions;
}
