import { type FieldFault, TwoFactorException } from '../errors/two-factor.errors.js';
import { faultsIn } from './schemas/faults-in.js';
import type { FromSchema, ObjectSchema, Schema } from './schemas/json-schema.js';
import { textFormatOf } from './schemas/text-formats.js';

/** No call knows as many fields or as long names: an answer that told of all of them would be many times the request. */
const MOST_FIELDS = 16;
const LONGEST_NAME = 64;

/**
 * Reads a request's body as the schema of its route says. It asks no host for a validation library, and finds the
 * same faults under every one.
 *
 * A field that may be left out is absent from what it gives then; `null` is not left out. Codes come in their one
 * spelling.
 *
 * @param body as the host's parser gives it; nothing, a text or bytes of no length count as an empty object
 * @throws TwoFactorException `VALIDATION_FAILED` with every fault, unknown fields among them, and no value
 */
export function readBody<S extends ObjectSchema>(body: unknown, schema: S): FromSchema<S> {
  const given = fieldsOf(body);
  const faults: FieldFault[] = [];
  const read: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(schema.properties)) {
    if (given.has(name) || schema.required.includes(name)) {
      const { value, fault } = readField(name, given.get(name), field);
      read[name] = value;
      faults.push(...(fault === undefined ? [] : [{ field: name, message: fault }]));
    }
    given.delete(name);
  }
  const unknown = Array.from(given.keys(), (field) => ({
    field,
    message: `property ${field} should not exist`,
  }));
  if (!isRead(read, schema, [...faults, ...unknown])) {
    throw invalid([...faults, ...unknown]);
  }
  return read;
}

interface ReadField {
  readonly value?: unknown;
  /** What the field must be, when it is not. */
  readonly fault?: string;
}

function readField(name: string, given: unknown, schema: Schema): ReadField {
  const [first] = faultsIn(given, schema, name);
  const format = textFormatOf(schema);
  if (format === undefined) {
    return first === undefined ? { value: given } : { fault: `${first.path} must be ${first.rule}` };
  }
  const value = first === undefined ? format.read(given) : undefined;
  return value === undefined ? { fault: format.rule } : { value };
}

/** A body without faults has what its schema says: each field of it was read, or left out where it may be. */
function isRead<S extends ObjectSchema>(
  read: object,
  { required }: S,
  faults: readonly FieldFault[],
): read is FromSchema<S> {
  return faults.length === 0 && required.every((name) => Object.hasOwn(read, name));
}

function fieldsOf(body: unknown): Map<string, unknown> {
  const given = isEmpty(body) ? {} : body;
  if (typeof given !== 'object' || given === null || Array.isArray(given) || ArrayBuffer.isView(given)) {
    throw invalid([{ field: 'body', message: 'must be an object' }]);
  }
  const fields = new Map<string, unknown>(Object.entries(given));
  if (fields.size > MOST_FIELDS) {
    throw invalid([{ field: 'body', message: `has more than ${MOST_FIELDS} fields` }]);
  }
  if (Array.from(fields.keys()).some(({ length }) => length > LONGEST_NAME)) {
    throw invalid([
      { field: 'body', message: `has a field with a name of more than ${LONGEST_NAME} characters` },
    ]);
  }
  return fields;
}

/** Clients call nothing a form, a text or bytes, and each platform makes something else of it. */
function isEmpty(body: unknown): boolean {
  return body === undefined || body === '' || (ArrayBuffer.isView(body) && body.byteLength === 0);
}

function invalid(details: readonly FieldFault[]): TwoFactorException {
  return new TwoFactorException('VALIDATION_FAILED', { details });
}
