import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import {
  CHEAP_ARGON2,
  type HostProcess,
  INSTALL_PATIENCE_MS,
  type InstalledHost,
} from './support/installed-host.js';
import { missingLines, rowSessionsConformance } from './support/row-sessions.js';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** @param installed the host, once it is there */
export function prisma(installed: () => Promise<InstalledHost>): void {
  describe('a host on Nest 11 with Prisma 7', () => {
    let database: TestDatabase;
    let host: InstalledHost;
    let running: HostProcess;

    beforeAll(async () => {
      database = await createDatabase({ template: 'template1' });
      // Prisma's adapter alone would store times five hours beside themselves here.
      await database.query(
        `ALTER DATABASE ${database.connection.database} SET timezone = 'America/New_York'`,
      );
      host = await installed();
      for (const sql of host.migrations('prisma/migrations')) {
        await database.query(sql);
      }
      running = await host.start(database.url, { TZ: 'Asia/Tokyo', ...CHEAP_ARGON2 });
    }, INSTALL_PATIENCE_MS);
    afterAll(async () => {
      await running?.stop();
      await database.drop();
      host?.remove();
    });

    it('has nothing of TypeORM', () => {
      expect(['typeorm', '@nestjs/typeorm'].map((name) => host.has(name))).toEqual([false, false]);
    });

    it.each([
      ['prismaDatabase(', 'app.module.ts'],
      ['tx.session.create', 'auth.ts'],
    ])('has the lines of the README with %s', (text, path) => {
      const blocks = read('../../libs/two-factor/README.md')
        .split('```')
        .filter((block) => block.startsWith('ts\n'));
      const block = blocks.find((code) => code.includes(text))?.slice('ts\n'.length) ?? text;

      expect(missingLines(block, read(`./prisma/src/${path}`))).toEqual([]);
    });

    it.each(rowSessionsConformance(() => running.url).map(({ name, run }) => [name, run] as const))(
      '%s',
      async (_name, run) => {
        await expect(run()).resolves.toBeUndefined();
      },
    );

    it('stores the times that there are, in whichever time zones server and process are', async () => {
      const body = { email: 'tokyo@example.com', password: 'correct horse' };
      await call(running.url, '/register', { body });
      const { body: session } = await call(running.url, '/login', { body });
      const before = Date.now();

      await call(running.url, '/auth/2fa/setup', { method: 'POST', token: String(session['accessToken']) });

      const [stored] = await database.query<{ at: number; expires: number }>(
        `SELECT (extract(epoch FROM created_at) * 1000)::float8 AS at, (extract(epoch FROM expires_at) * 1000)::float8 AS expires
          FROM two_factor_enrolments ORDER BY created_at DESC LIMIT 1`,
      );
      expect(stored!.at).toBeGreaterThanOrEqual(before);
      expect(stored!.at).toBeLessThanOrEqual(Date.now());
      expect(stored!.expires - stored!.at).toBe(1_800_000);
    });

    it('has a schema in which Prisma’s migration engine finds nothing to change', async () => {
      expect(await host.script('src/drift.mjs', database.url)).toBe('-- This is an empty migration.\n\n');
    });
  });
}
