import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, createDatabase } from '../../test/support/database.js';
import { openDatabase } from './open-database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

async function descriptionOf(databaseUrl: string): Promise<string> {
  const opened = await openDatabase({ databaseUrl, dataDir: '', postgresBinDir: undefined }, () => {});
  await opened.close();
  return opened.description;
}

describe('openDatabase', () => {
  it.each([
    [':swordfish', ''],
    [':p@swordfish', ''],
    [':swordfish@', ''],
    ['', '?password=swordfish'],
  ])('says where the database is, and nothing of a password given as %s%s', async (password, parameters) => {
    const { host, port, username, database: name } = database.connection;
    const where = `${encodeURIComponent(host)}:${port}/${name}`;

    expect(await descriptionOf(`postgres://${username}${password}@${where}${parameters}`)).toBe(where);
  });

  it('says no more than the name of the variable when the host is none of the URL proper', async () => {
    const { host, port, username, database: name } = database.connection;
    const parameters = `host=${encodeURIComponent(host)}&port=${port}`;

    const description = await descriptionOf(`postgres://${username}:swordfish@/${name}?${parameters}`);

    expect(description).toBe('as DATABASE_URL names it');
  });
});
