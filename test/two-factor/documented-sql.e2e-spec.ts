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
