import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { call } from '../support/client.js';
import { type Person, aUser } from '../support/people.js';

let app: TestApp;
let operator: Client;
beforeAll(async () => {
  app = await startApp();
  const { host, port, username: user, database } = app.database.connection;
  operator = new Client({ host, port, user, database });
  await operator.connect();
});
afterAll(async () => {
  await operator.end();
  await app.close();
});

/** The SQL that stands under a heading, for one user. */
function sqlOf(path: string, heading: string, { id, email }: Person): string {
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const [, section = ''] = text.split(`\n## ${heading}\n`);
  const [, sql = ''] = /```sql\n(.*?)```/s.exec(section) ?? [];
  return sql.replaceAll('USER_ID', id).replaceAll('EMAIL', email);
}

const TABLES = [
  'two_factor_accounts',
  'two_factor_enrolments',
  'two_factor_secrets',
  'two_factor_backup_codes',
  'two_factor_challenges',
  'two_factor_attempts',
  'two_factor_assurances',
  'two_factor_trusted_devices',
  'two_factor_notices',
  'two_factor_panic_tokens',
  'two_factor_required_enrolments',
] as const;

/** How many rows there are of somebody, in the tables that hold a factor. */
async function rowsOf({ id }: Person): Promise<Record<string, number>> {
  const counted = await Promise.all(
    TABLES.map(async (table) => {
      const rows = await app.database.query(`SELECT FROM ${table} WHERE user_id = $1`, [id]);
      return [table, rows.length] as const;
    }),
  );
  return Object.fromEntries(counted);
}

const NOTHING = Object.fromEntries(TABLES.map((table) => [table, 0]));

describe('a user whom a guesser has locked out', () => {
  it('is let in as docs/operations.md says, and the others are counted on', async () => {
    const [ann, bob] = [await aUser(app), await aUser(app)];
    const guess = ({ email }: Person): Promise<unknown> =>
      call(app.url, '/api/v1/auth/login', { body: { email, password: 'not the password' } });
    await Promise.all(Array.from({ length: 10 }, () => Promise.all([guess(ann), guess(bob)])));
    expect((await ann.login()).status).toBe(429);

    await operator.query(sqlOf('docs/operations.md', 'Reverse proxy', ann));

    expect((await ann.login()).status).toBe(200);
    expect((await bob.login()).status).toBe(429);
  });
});

describe('a factor that support removes as docs/operations.md says', () => {
  it('is told from one that the user turned off, whatever request id the user chose', async () => {
    const [ann, bob] = [await (await aUser(app)).withTwoFactor(), await (await aUser(app)).withTwoFactor()];

    await operator.query(sqlOf('docs/operations.md', 'Helping a locked-out user', ann));
    const { status } = await bob.call('/auth/2fa/disable', {
      body: { code: bob.code },
      headers: { 'x-request-id': 'Support-TICKET' },
    });

    expect(status).toBe(200);
    // The account stays, for its generation: what was passed before counts for nothing.
    expect(await rowsOf(ann)).toEqual({ ...NOTHING, two_factor_accounts: 1 });
    const disabled = await app.database.query<{ user_id: string; is_support: boolean }>(
      `SELECT user_id, method IS NULL AND ip IS NULL AS is_support FROM two_factor_events
        WHERE type = 'disabled' AND user_id IN ($1, $2) ORDER BY id`,
      [ann.id, bob.id],
    );
    expect(disabled).toEqual([
      { user_id: ann.id, is_support: true },
      { user_id: bob.id, is_support: false },
    ]);
    expect((await ann.login()).data).toHaveProperty('accessToken');
  });
});
