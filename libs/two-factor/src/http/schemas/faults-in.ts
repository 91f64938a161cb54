import type { ListSchema, NullableSchema, ObjectSchema, Schema, TextSchema } from './json-schema.js';

/** Where a value is not what its schema says. */
export interface SchemaFault {
  /** `backupCodes.total`, `methods.0`; empty for the value itself. */
  readonly path: string;
  /** What it must be; never what it is. */
  readonly rule: string;
}

/** RFC 3339, as `Date.prototype.toJSON` writes it, or with an offset. That a month has the day is not asked. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Holds a value that came as JSON to its schema.
 *
 * Of formats it knows `date-time`; codes and passwords are read by `text-formats.ts`.
 */
export function faultsIn(value: unknown, schema: Schema, path = ''): SchemaFault[] {
  if ('anyOf' in schema) {
    return value === null ? [] : faultsIn(value, schema.anyOf[0], path);
  }
  if (schema.type === 'object' && isObject(value)) {
    return faultsInObject(value, schema, path);
  }
  if (schema.type === 'array' && isList(value, schema)) {
    return value.flatMap((item, index) => faultsIn(item, schema.items, below(path, String(index))));
  }
  return isScalar(value, schema) ? [] : [{ path, rule: ruleOf(schema) }];
}

/** What a value must be, in words: `a string of at most 128 characters`. */
function ruleOf(schema: Exclude<Schema, NullableSchema>): string {
  if (schema.type === 'object') {
    return 'an object';
  }
  if (schema.type === 'array') {
    return `a list${boundsOf(schema.minItems, schema.maxItems, 'entries')}`;
  }
  if (schema.type === 'boolean') {
    return schema.enum === undefined ? 'true or false' : schema.enum.join(' or ');
  }
  return schema.type === 'integer'
    ? `a whole number${schema.minimum === undefined ? '' : ` of at least ${schema.minimum}`}`
    : textRuleOf(schema);
}

function faultsInObject(
  value: object,
  { required, properties, additionalProperties }: ObjectSchema,
  path: string,
): SchemaFault[] {
  const fields = new Map<string, unknown>(Object.entries(value));
  const faults = Object.entries(properties).flatMap(([name, schema]) =>
    fields.has(name) || required.includes(name) ? faultsIn(fields.get(name), schema, below(path, name)) : [],
  );
  // The names of the others are a client's, and not repeated.
  const hasOthers = [...fields.keys()].some((name) => !Object.hasOwn(properties, name));
  return additionalProperties === false && hasOthers
    ? [...faults, { path, rule: `an object with no other fields than ${Object.keys(properties).join(', ')}` }]
    : faults;
}

function isScalar(value: unknown, schema: Exclude<Schema, NullableSchema>): boolean {
  if (schema.type === 'object' || schema.type === 'array') {
    return false;
  }
  if (schema.type === 'boolean') {
    return typeof value === 'boolean' && (schema.enum?.includes(value) ?? true);
  }
  if (schema.type === 'integer') {
    return Number.isInteger(value) && Number(value) >= (schema.minimum ?? -Infinity);
  }
  return value === null ? schema.type !== 'string' : typeof value === 'string' && isText(value, schema);
}

function isText(value: string, { enum: values, format, minLength, maxLength }: TextSchema): boolean {
  const isListed = values === undefined || values.includes(value);
  const isTime = format !== 'date-time' || (DATE_TIME.test(value) && !Number.isNaN(Date.parse(value)));
  return isListed && isTime && isWithin(Array.from(value).length, minLength, maxLength);
}

function isList(value: unknown, { minItems, maxItems }: ListSchema): value is readonly unknown[] {
  return Array.isArray(value) && isWithin(value.length, minItems, maxItems);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWithin(count: number, least = 0, most = Infinity): boolean {
  return count >= least && count <= most;
}

function textRuleOf({ type, enum: values, format, minLength, maxLength }: TextSchema): string {
  if (values !== undefined) {
    return values.map(String).join(' or ');
  }
  const text = format === 'date-time' ? 'a date and time (RFC 3339)' : 'a string';
  const bounds = boundsOf(minLength, maxLength, 'characters');
  return `${text}${bounds}${type === 'string' ? '' : ', or null'}`;
}

function boundsOf(least: number | undefined, most: number | undefined, what: string): string {
  if (least !== undefined && least === most) {
    return ` of ${least} ${what}`;
  }
  const bounds = [
    ...(least === undefined ? [] : [`at least ${least}`]),
    ...(most === undefined ? [] : [`at most ${most}`]),
  ];
  return bounds.length === 0 ? '' : ` of ${bounds.join(' and ')} ${what}`;
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
