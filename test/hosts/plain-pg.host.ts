import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
export function plainPg(installed: () => Promise<InstalledHost>): void {
  describe('a host on Nest 11 with node-postgres and no ORM', () => {
    let host: InstalledHost;

    beforeAll(async () => {
      host = await installed();
    }, INSTALL_PATIENCE_MS);
    afterAll(() => host?.remove());

    it('has nothing of TypeORM', () => {
      expect(['typeorm', '@nestjs/typeorm', 'pg'].map((name) => host.has(name))).toEqual([
        false,
        false,
        true,
      ]);
    });

    it.each([
      ['pgDatabase(', 'src/app.module.ts'],
      ['drizzle(client)', 'src/session-store.drizzle.ts'],
      ['kyselyOn<', 'src/kysely-on.ts'],
    ])('has the lines of the README with %s', (text, path) => {
      const blocks = read('../../libs/two-factor/README.md')
        .split('```')
        .filter((block) => block.startsWith('ts\n'));
      const block = blocks.find((code) => code.includes(text))?.slice('ts\n'.length) ?? text;

      expect(missingLines(block, read(`./plain-pg/${path}`))).toEqual([]);
    });

    describe.each(['pg', 'drizzle', 'kysely'])('and sessions that %s writes', (by) => {
      let database: TestDatabase;
      let running: HostProcess;

      beforeAll(async () => {
        database = await createDatabase({ template: 'template1' });
        for (const sql of host.migrations('migrations')) {
          await database.query(sql);
        }
        running = await host.start(database.url, { SESSIONS_BY: by, ...CHEAP_ARGON2 });
      });
      afterAll(async () => {
        await running?.stop();
        await database.drop();
      });

      it.each(rowSessionsConformance(() => running.url).map(({ name, run }) => [name, run] as const))(
        '%s',
        async (_name, run) => {
          await expect(run()).resolves.toBeUndefined();
        },
      );
    });
  });
}
