import { describe, expect, it } from 'vitest';
import { type NamedStatement, compose } from './one-statement.js';

/** `$from, …, $to`. */
function placeholders(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, index) => `$${from + index}`).join(', ');
}

/** A statement with so many placeholders, and values that say whose they are. */
function statement(name: NamedStatement['name'], count: number): NamedStatement {
  const parameters = Array.from({ length: count }, (_, index) => `${name}${index + 1}`);
  return { name, sql: `SELECT ${placeholders(1, count)}`, parameters };
}

describe('compose', () => {
  it('writes one WITH, in order, each placeholder moved behind those of the statements before', () => {
    const composed = compose([
      { name: 'subject', sql: 'SELECT user_id FROM t WHERE id = $1 AND at > $2', parameters: ['id', 'at'] },
      { name: 'accepted', sql: 'UPDATE u SET step = $1 FROM subject', parameters: [7] },
      { name: 'effect_1', sql: 'DELETE FROM v WHERE a = $2 OR b = $1', parameters: ['b', 'a'] },
    ]);

    expect(composed).toEqual({
      sql:
        'WITH subject AS (SELECT user_id FROM t WHERE id = $1 AND at > $2), ' +
        'accepted AS (UPDATE u SET step = $3 FROM subject), ' +
        'effect_1 AS (DELETE FROM v WHERE a = $5 OR b = $4)',
      parameters: ['id', 'at', 7, 'b', 'a'],
    });
  });

  it('tells $1 from $10 and numbers on beyond $99', () => {
    const { sql, parameters } = compose([
      statement('own_a', 12),
      statement('own_b', 11),
      statement('own_c', 90),
    ]);

    expect(sql).toBe(
      `WITH own_a AS (SELECT ${placeholders(1, 12)}), own_b AS (SELECT ${placeholders(13, 23)}), own_c AS (SELECT ${placeholders(24, 113)})`,
    );
    expect(parameters).toHaveLength(113);
    expect([parameters[0], parameters[11], parameters[12], parameters[22], parameters[23]]).toEqual([
      'own_a1',
      'own_a12',
      'own_b1',
      'own_b11',
      'own_c1',
    ]);
    expect(parameters[112]).toBe('own_c90');
  });

  it('repeats a placeholder that its statement repeats, and moves casts along', () => {
    const composed = compose([
      statement('own_a', 1),
      { name: 'own_b', sql: 'SELECT $1::text, $1::text, $2::timestamptz[]', parameters: ['x', ['y']] },
    ]);

    expect(composed).toEqual({
      sql: 'WITH own_a AS (SELECT $1), own_b AS (SELECT $2::text, $2::text, $3::timestamptz[])',
      parameters: ['own_a1', 'x', ['y']],
    });
  });

  it('takes statements without parameters anywhere', () => {
    const bare: NamedStatement = { name: 'own_bare', sql: 'DELETE FROM t', parameters: [] };

    expect(compose([bare, statement('own_a', 2), bare, statement('own_b', 1)])).toEqual({
      sql: 'WITH own_bare AS (DELETE FROM t), own_a AS (SELECT $1, $2), own_bare AS (DELETE FROM t), own_b AS (SELECT $3)',
      parameters: ['own_a1', 'own_a2', 'own_b1'],
    });
  });

  it('never writes a value into the SQL, and reads no placeholder in one', () => {
    const hostile = ["'; DROP TABLE t; --", '$1', '$99', '$&', null, undefined, false];

    const { sql, parameters } = compose([
      statement('own_a', 1),
      {
        name: 'own_b',
        sql: `SELECT ${placeholders(1, 7)}`,
        parameters: hostile,
      },
    ]);

    expect(sql).toBe('WITH own_a AS (SELECT $1), own_b AS (SELECT $2, $3, $4, $5, $6, $7, $8)');
    expect(parameters).toEqual(['own_a1', ...hostile]);
  });

  it('leaves the statements as they were, so that they can be tried again', () => {
    const again = [statement('own_a', 2), statement('own_b', 2)];

    expect(compose(again)).toEqual(compose(again));
    expect(again).toEqual([statement('own_a', 2), statement('own_b', 2)]);
  });
});
