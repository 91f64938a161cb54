/**
 * The part of JSON Schema 2020-12 that requests and answers are written in. OpenAPI 3.1 takes it as it is. What is
 * not here is read by nothing: {@link faultsIn} and `nestjs-two-factor/swagger` know this part and no more.
 */
export type Schema = ScalarSchema | ListSchema | ObjectSchema | NullableSchema;
export type ScalarSchema = TextSchema | IntegerSchema | BooleanSchema;

interface Described {
  readonly description?: string;
}

export interface TextSchema extends Described {
  readonly type: 'string' | readonly ['string', 'null'];
  readonly enum?: readonly (string | null)[];
  /** How a text is read beyond its length. Those of requests are in `text-formats.ts`. */
  readonly format?: 'date-time' | 'one-time-code' | 'backup-code' | 'password' | 'authenticator-name';
  /** In characters, of which an emoji is one. */
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly examples?: readonly string[];
}

export interface IntegerSchema extends Described {
  readonly type: 'integer';
  readonly minimum?: number;
}

export interface BooleanSchema extends Described {
  readonly type: 'boolean';
  readonly enum?: readonly boolean[];
}

export interface ListSchema extends Described {
  readonly type: 'array';
  readonly items: ScalarSchema | ObjectSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface ObjectSchema extends Described {
  readonly type: 'object';
  /** The name of the type in generated clients. */
  readonly title?: string;
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, Schema>>;
  /** Every request is closed. Answers are open: a host adds its session, and clients pass over what they do not know. */
  readonly additionalProperties?: false;
}

/** An object, or `null`: in answers only. */
export interface NullableSchema {
  readonly anyOf: readonly [ObjectSchema, { readonly type: 'null' }];
}

/** What a schema describes, as TypeScript sees it on the server: a `date-time` is a `Date` until it is written as JSON. */
export type FromSchema<S> = S extends ObjectSchema
  ? Flat<
      { readonly [Name in RequiredName<S>]: FromSchema<S['properties'][Name]> } & {
        readonly [Name in Exclude<keyof S['properties'], RequiredName<S>>]?: FromSchema<
          S['properties'][Name]
        >;
      }
    >
  : S extends NullableSchema
    ? FromSchema<S['anyOf'][0]> | null
    : S extends ListSchema
      ? readonly FromSchema<S['items']>[]
      : S extends { readonly enum: readonly (infer Value)[] }
        ? Value
        : S extends TextSchema
          ? (S extends { readonly format: 'date-time' } ? Date : string) | NullIn<S>
          : S extends IntegerSchema
            ? number
            : S extends BooleanSchema
              ? boolean
              : never;

type RequiredName<S extends ObjectSchema> = keyof S['properties'] & S['required'][number];
type NullIn<S extends TextSchema> = S['type'] extends readonly string[] ? null : never;
type Flat<T> = { readonly [Name in keyof T]: T[Name] };
