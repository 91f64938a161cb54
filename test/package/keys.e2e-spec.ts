import type { INestApplicationContext } from '@nestjs/common';
import { KeyRotation, TwoFactorModule } from 'nestjs-two-factor';
import { enrol } from 'nestjs-two-factor/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { ANN, PLAIN, startModule } from './start-module.js';

function key(id: string, byte: number): string {
  return `${id}:${Buffer.alloc(32, byte).toString('base64')}`;
}

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

/** Starts with these keys, does something, and ends. */
async function run<Result>(
  secrets: { readonly keys: string; readonly peppers: string },
  work: (app: INestApplicationContext) => Promise<Result>,
): Promise<Result> {
  const app = await startModule(database, TwoFactorModule.forRoot({ ...PLAIN, ...secrets }));
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

const knownKeys = () => database.query('SELECT purpose, key_id FROM two_factor_keys ORDER BY 1, 2');
const nothing = async (): Promise<void> => {};

describe('a start that is refused', () => {
  const right = { keys: key('k1', 1), peppers: key('p1', 2) };

  it.each([
    ['a key is missing', { keys: key('k2', 9), peppers: right.peppers }],
    ['a key is another one', { keys: `${key('k2', 9)},${key('k1', 8)}`, peppers: right.peppers }],
    ['a pepper is missing', { keys: `${key('k2', 9)},${right.keys}`, peppers: key('p2', 7) }],
    [
      'a key is missing, and a pepper is new',
      { keys: key('k2', 9), peppers: `${key('p2', 7)},${right.peppers}` },
    ],
  ])('because %s leaves no trace, so that the right keys start after it', async (_, wrong) => {
    await run(right, (app) => enrol(app, ANN));
    const known = await knownKeys();

    await expect(run(wrong, nothing)).rejects.toThrow('The keys do not fit the database');

    expect(await knownKeys()).toEqual(known);
    // Under the ids that the refused start gave to other bytes.
    const next = { keys: `${key('k2', 5)},${right.keys}`, peppers: `${key('p2', 6)},${right.peppers}` };
    await expect(run(next, nothing)).resolves.toBeUndefined();
  });
});

describe('the first of the keys', () => {
  it('cannot go, also while no row needs it', async () => {
    const secrets = { keys: `${key('k2', 5)},${key('k1', 1)}`, peppers: `${key('p2', 6)},${key('p1', 2)}` };

    const usage = await run(secrets, (app) => app.get(KeyRotation).usage());

    expect(usage).toEqual({
      keys: [
        { id: 'k2', rows: 0, isFirst: true, isRemovable: false },
        { id: 'k1', rows: 0, isFirst: false, isRemovable: true },
      ],
      peppers: [
        { id: 'p2', rows: 0, isFirst: true, isRemovable: false },
        { id: 'p1', rows: 0, isFirst: false, isRemovable: true },
      ],
    });
  });
});
