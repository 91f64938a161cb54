import { Phone } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { type HostProcess, INSTALL_PATIENCE_MS, InstalledHost } from './support/installed-host.js';
import { bareFiles, quickStartFiles } from './support/quick-start.js';
import { comparison, weigh } from './support/weigh.js';

const ADAPTERS = {
  pg: {
    packages: 'plain-pg',
    block: 'pgDatabase(',
    migrations: 'migrations',
    bare: {
      imports: `import { Pool } from 'pg';`,
      opens: `await new Pool({ connectionString: process.env.DATABASE_URL }).query('SELECT 1');`,
    },
  },
  prisma: {
    packages: 'prisma',
    block: 'prismaDatabase(',
    migrations: 'prisma/migrations',
    bare: {
      imports: `import { PrismaPg } from '@prisma/adapter-pg';\nimport { PrismaClient } from './generated/prisma/client.js';`,
      opens: `const adapter = new PrismaPg({ connectionString: process.env.DATABASE_URL });
await new PrismaClient({ adapter }).$queryRawUnsafe('SELECT 1');`,
    },
  },
} as const;

/** Takes the packages of a host with this adapter, and nothing else of it. */
export function quickStart(adapter: keyof typeof ADAPTERS): void {
  const { packages, block, migrations, bare } = ADAPTERS[adapter];

  describe(`the quick start with ${adapter}, pasted from the README into an empty application`, () => {
    let database: TestDatabase;
    let host: InstalledHost;
    let running: HostProcess | undefined;

    beforeAll(async () => {
      database = await createDatabase({ template: 'template1' });
      host = await InstalledHost.install(packages, { ...quickStartFiles(block), ...bareFiles(bare) });
      for (const sql of host.migrations(migrations)) {
        await database.query(sql);
      }
    }, INSTALL_PATIENCE_MS);
    afterAll(async () => {
      await running?.stop();
      await database.drop();
      host?.remove();
    });

    const start = (main: string): Promise<HostProcess> => host.start(database.url, {}, main);

    it('answers with a QR code', async () => {
      running = await start('dist/quick-start.js');

      const answer = await call(running.url, '/auth/2fa/setup', { method: 'POST' });

      const phone = await Phone.scan(String(answer.body['qrCodeUri']));
      expect(phone).toMatchObject({ issuer: 'Acme', account: 'ann@example.com' });
      expect(await database.query('SELECT user_id FROM two_factor_enrolments')).toEqual([{ user_id: '1' }]);
      await running.stop();
      running = undefined;
    });

    it(
      `is what the library adds to a host on ${adapter}`,
      async () => {
        const { names, mebibytes } = host.addedPackages();

        const beside = await weigh(() => start('dist/quick-start.js'));
        const without = await weigh(() => start('dist/bare.js'));

        console.info(
          `with ${adapter}, on disk: ${mebibytes.toFixed(1)} MiB in ${names.length} packages\n${comparison(beside, without)}`,
        );
        expect(names).toContain('nestjs-two-factor');
        expect(names.filter((name) => /typeorm|prisma|^pg$/.test(name))).toEqual([]);
        // A ratio, and no time: the machine may be busy.
        expect(beside.residentMebibytes / without.residentMebibytes).toBeLessThan(1.5);
      },
      INSTALL_PATIENCE_MS,
    );
  });
}
