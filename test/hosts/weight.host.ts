import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { type HostProcess, INSTALL_PATIENCE_MS, InstalledHost } from './support/installed-host.js';
import { comparison, weigh } from './support/weigh.js';

/** Measures one host with the library, and the same one after it was taken out. */
export function weight(): void {
  describe('what the library adds to a host on Express and Nest 11', () => {
    let database: TestDatabase;
    let host: InstalledHost;

    beforeAll(async () => {
      database = await createDatabase({ template: 'template1' });
      host = await InstalledHost.install('express-numeric-ids');
      await host.typeorm('migration:run', database.url);
    }, INSTALL_PATIENCE_MS);
    afterAll(async () => {
      await database.drop();
      host?.remove();
    });

    const start = (): Promise<HostProcess> => host.start(database.url);

    it(
      'is a few packages and a few megabytes, of disk and of memory',
      async () => {
        const { names, mebibytes } = host.addedPackages();
        const beside = await weigh(start);
        await host.typeorm('migration:revert', database.url);
        await host.removeSecondFactor();
        const without = await weigh(start);

        console.info(
          [
            `with typeorm, on disk: ${mebibytes.toFixed(1)} MiB in ${names.length} packages: ${names.join(', ')}`,
            comparison(beside, without),
          ].join('\n'),
        );
        expect(names).toContain('nestjs-two-factor');
        expect(names).not.toContain('typeorm');
        expect(mebibytes).toBeGreaterThan(0.5);
        expect(mebibytes).toBeLessThan(12);
        // A ratio, and no time: the machine may be busy.
        expect(beside.residentMebibytes / without.residentMebibytes).toBeLessThan(1.5);
      },
      INSTALL_PATIENCE_MS,
    );
  });
}
