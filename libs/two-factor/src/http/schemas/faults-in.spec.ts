import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultsIn } from './faults-in.js';
import type { Schema, TextSchema } from './json-schema.js';
import { TWO_FACTOR_SCHEMAS } from './two-factor.schemas.js';

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
ajvFormats.default(ajv, ['date-time', 'password']);
// A host's own reader: to a validator they are texts.
ajv.addFormat('one-time-code', true);
ajv.addFormat('backup-code', true);
ajv.addFormat('authenticator-name', true);

const SCHEMAS = Object.entries(TWO_FACTOR_SCHEMAS).flatMap(([route, schemas]) =>
  Object.entries(schemas as Record<string, Schema>).map(
    ([side, schema]) => [`the ${side} of ${route}`, schema] as const,
  ),
);

/** Values that fit a schema, or nearly do. */
function nearly(schema: Schema): fc.Arbitrary<unknown> {
  const other = fc.oneof(
    fc.constantFrom(null, '', 'x', 0, 1, -1, 1.5, true, false, [], {}),
    fc.jsonValue({ maxDepth: 1 }),
  );
  return fc.oneof({ arbitrary: fitting(schema), weight: 99 }, other);
}

function fitting(schema: Schema): fc.Arbitrary<unknown> {
  if ('anyOf' in schema) {
    return fc.oneof(fc.constant(null), nearly(schema.anyOf[0]));
  }
  if (schema.type === 'object') {
    const properties = Object.entries(schema.properties).map(([name, field]) => [name, nearly(field)]);
    const fields: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(properties);
    const whole = fc.record(fields, { requiredKeys: [...schema.required] });
    const extra = fc.record({ ...fields, more: fc.constant(1) }, { requiredKeys: [] });
    return fc.oneof({ arbitrary: whole, weight: 99 }, extra);
  }
  if (schema.type === 'array') {
    const { items, minItems = 0, maxItems = 3 } = schema;
    const fits = fc.array(nearly(items), { minLength: minItems, maxLength: maxItems });
    return fc.oneof({ arbitrary: fits, weight: 9 }, fc.array(nearly(items), { maxLength: 12 }));
  }
  if (schema.type === 'integer') {
    return fc.oneof(fc.nat(), fc.integer({ min: -3, max: 3 }));
  }
  return schema.type === 'boolean' ? fc.boolean() : textOf(schema);
}

function textOf({ enum: values, format, minLength = 0, maxLength = 20 }: TextSchema): fc.Arbitrary<unknown> {
  if (values !== undefined) {
    return fc.constantFrom(...values);
  }
  const fits =
    format === 'date-time'
      ? fc
          .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') })
          .map((at) => at.toJSON())
      : fc.string({ unit: 'binary', minLength, maxLength, size: 'max' });
  const near =
    format === 'date-time'
      ? fc.constantFrom('2026-11-29T12:00:00+01:00', '2026-11-29', '2026-13-01T00:00:00Z', 'now')
      : fc.constantFrom(
          '\u{1F511}'.repeat(maxLength),
          'x'.repeat(maxLength + 1),
          'x'.repeat(Math.max(minLength - 1, 0)),
        );
  return fc.oneof({ arbitrary: fits, weight: 19 }, near);
}

describe('what is found in a value', () => {
  it.each(SCHEMAS)('is what Ajv finds: %s', (_, schema) => {
    const validate = ajv.compile(schema);
    let good = 0;

    fc.assert(
      fc.property(nearly(schema), (value) => {
        const isValid = validate(value);
        good += isValid ? 1 : 0;
        expect({ value, isValid: faultsIn(value, schema).length === 0 }).toEqual({ value, isValid });
      }),
      // Always the same values: that some are good and some are not is no matter of luck.
      { numRuns: 300, seed: 6238 },
    );

    // Of each kind there were some, so that something was compared.
    expect(good).toBeGreaterThan(0);
    expect(good).toBeLessThan(300);
  });

  it('is named by the way to it, and shows nothing of the value', () => {
    const { answer } = TWO_FACTOR_SCHEMAS.status;
    const backupCodes = { total: -1, remaining: '10', generatedAt: 'swordfish' };
    const here = { available: ['totp'], trustedDeviceDays: 0, enrolment: null };
    const methods = ['totp', 'sms'];
    const value = { enabled: 'yes', pending: false, enabledAt: null, methods, ...here, backupCodes };

    expect(faultsIn(value, answer)).toEqual([
      { path: 'enabled', rule: 'true or false' },
      { path: 'methods.1', rule: 'passkey or totp or backup_code' },
      { path: 'authenticators', rule: 'a list' },
      { path: 'backupCodes.total', rule: 'a whole number of at least 0' },
      { path: 'backupCodes.remaining', rule: 'a whole number of at least 0' },
      { path: 'backupCodes.generatedAt', rule: 'a date and time (RFC 3339), or null' },
    ]);
  });

  it('does not repeat the names of fields that a closed object does not have', () => {
    const schema = { type: 'object', required: [], properties: { a: { type: 'boolean' } } } as const;

    expect(faultsIn({ swordfish: 1 }, { ...schema, additionalProperties: false })).toEqual([
      { path: '', rule: 'an object with no other fields than a' },
    ]);
    expect(faultsIn({ swordfish: 1 }, schema)).toEqual([]);
  });
});
