import type { Type } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions, ApiSchema } from '@nestjs/swagger';
import type {
  ListSchema,
  ObjectSchema,
  ScalarSchema,
  Schema,
  TextSchema,
} from '../http/schemas/json-schema.js';

/** One class for each schema, so that two routes with one request share a name in the document. */
const MODELS = new WeakMap<ObjectSchema, Type>();

/**
 * The class by which `@nestjs/swagger` knows a schema: in the document it stands under the schema's title.
 *
 * @param base the host's own class, whose properties it has as well
 */
export function modelOf(schema: ObjectSchema, base?: Type): Type {
  if (base !== undefined) {
    return described(schema, class extends base {});
  }
  const model = MODELS.get(schema) ?? described(schema, class {});
  MODELS.set(schema, model);
  return model;
}

function described({ title = 'Answer', description, required, properties }: ObjectSchema, model: Type): Type {
  Object.defineProperty(model, 'name', { value: title });
  ApiSchema({ name: title, ...textsOf({ description }) })(model);
  for (const [name, field] of Object.entries(properties)) {
    const documented = required.includes(name) ? ApiProperty : ApiPropertyOptional;
    documented(propertyOf(field))(model.prototype, name);
  }
  return model;
}

// OpenAPI 3.0, in which documents of Nest are written unless they say otherwise, has `nullable` and `example`; for 3.1
// Nest turns them into what JSON Schema has.

function propertyOf(field: Schema): ApiPropertyOptions {
  if ('anyOf' in field) {
    const [object] = field.anyOf;
    return { type: modelOf(object), nullable: true, ...textsOf(object) };
  }
  if (field.type === 'object') {
    return { type: modelOf(field), ...textsOf(field) };
  }
  return field.type === 'array' ? listOf(field) : scalarOf(field);
}

function listOf({ items, minItems, maxItems, ...texts }: ListSchema): ApiPropertyOptions {
  const bounds = {
    ...(minItems === undefined ? {} : { minItems }),
    ...(maxItems === undefined ? {} : { maxItems }),
  };
  return items.type === 'object'
    ? { type: modelOf(items), isArray: true, ...bounds, ...textsOf(texts) }
    : { type: 'array', items: scalarOf(items), ...bounds, ...textsOf(texts) };
}

/** What a scalar is in OpenAPI 3.0. */
interface Scalar {
  readonly type: 'string' | 'integer' | 'boolean';
  readonly nullable?: true;
  readonly format?: string;
  enum?: (string | boolean | null)[];
  readonly minimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly example?: string;
  readonly description?: string;
}

interface Texts {
  readonly description?: string | undefined;
}

function scalarOf(schema: ScalarSchema): Scalar {
  const values = 'enum' in schema && schema.enum !== undefined ? { enum: [...schema.enum] } : {};
  if (schema.type === 'boolean') {
    return { type: 'boolean', ...values, ...textsOf(schema) };
  }
  if (schema.type === 'integer') {
    const { minimum } = schema;
    return { type: 'integer', ...(minimum === undefined ? {} : { minimum }), ...textsOf(schema) };
  }
  return { type: 'string', ...values, ...detailsOf(schema), ...textsOf(schema) };
}

function detailsOf({ type, format, minLength, maxLength, examples = [] }: TextSchema): Partial<Scalar> {
  const [example] = examples;
  // How the library reads a code is no matter of a client's: it sends text.
  const isStandard = format === 'date-time' || format === 'password';
  return {
    ...(type === 'string' ? {} : { nullable: true }),
    ...(isStandard ? { format } : {}),
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(example === undefined ? {} : { example }),
  };
}

function textsOf({ description }: Texts): { readonly description?: string } {
  return description === undefined ? {} : { description };
}
