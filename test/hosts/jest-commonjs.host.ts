import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { twoFactorConformance } from 'nestjs-two-factor/testing';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { INSTALL_PATIENCE_MS, type InstalledHost } from './support/installed-host.js';

const CONFORMANCE = twoFactorConformance({
  baseUrls: () => [],
  createUser: () => Promise.reject(new Error('nobody is asked')),
  logIn: () => Promise.reject(new Error('nobody is asked')),
  protectedRoutes: [],
}).map(({ name }) => name);

/** @param installed the host, once it is there */
export function jestCommonjs(installed: () => Promise<InstalledHost>): void {
  describe('a host on Express and Nest 11, in CommonJS, tested with Jest and ts-jest', () => {
    let database: TestDatabase;
    let host: InstalledHost;

    beforeAll(async () => {
      database = await createDatabase({ template: 'template1' });
      host = await installed();
    }, INSTALL_PATIENCE_MS);
    afterAll(async () => {
      await database.drop();
      host?.remove();
    });

    it(
      'passes its own specs under Jest: those that import a file that imports the library, and the conformance suite',
      async () => {
        const { tests, failures } = await host.jest(database.url);

        expect(failures).toEqual([]);
        expect(tests).toEqual(expect.arrayContaining(CONFORMANCE));
        expect(tests).toEqual(
          expect.arrayContaining([
            'says who calls, by the session',
            'is refused with an exception of Nest',
            'shows a picture that a phone can scan',
          ]),
        );
        expect(tests).toHaveLength(CONFORMANCE.length + 3);
      },
      INSTALL_PATIENCE_MS,
    );
  });
}
