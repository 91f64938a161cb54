import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { INSTALL_PATIENCE_MS, InstalledHost } from './support/installed-host.js';

const STARTS = 3;

interface Start {
  readonly milliseconds: number;
  readonly residentMebibytes: number;
}

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

    const start = async (): Promise<Start> => {
      const process = await host.start(database.url);
      const { milliseconds } = process;
      const residentMebibytes = await process.residentMebibytes();
      await process.stop();
      return { milliseconds, residentMebibytes };
    };
    /** The one in the middle, of each. */
    const starts = async (): Promise<Start> => {
      const all: Start[] = [];
      for (let count = 0; count < STARTS; count += 1) {
        all.push(await start());
      }
      return {
        milliseconds: middle(all.map(({ milliseconds }) => milliseconds)),
        residentMebibytes: middle(all.map(({ residentMebibytes }) => residentMebibytes)),
      };
    };

    it(
      'is a few packages and a few megabytes, of disk and of memory',
      async () => {
        const { names, mebibytes } = host.addedPackages();
        const beside = await starts();
        await host.typeorm('migration:revert', database.url);
        await host.removeSecondFactor();
        const without = await starts();

        console.info(
          [
            `on disk: ${mebibytes.toFixed(1)} MiB in ${names.length} packages: ${names.join(', ')}`,
            `ready after ${beside.milliseconds.toFixed(0)} ms, without it ${without.milliseconds.toFixed(0)} ms`,
            `resident ${beside.residentMebibytes.toFixed(0)} MiB, without it ${without.residentMebibytes.toFixed(0)} MiB`,
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

function middle(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
