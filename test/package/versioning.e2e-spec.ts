import 'reflect-metadata';
import { Controller, type INestApplication, SetMetadata, VersioningType } from '@nestjs/common';
import { createTwoFactorController } from 'nestjs-two-factor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import {
  PLATFORMS,
  type PlainApp,
  PlainGuard,
  PlainHost,
  type Platform,
  startPlainApp,
} from './support/plain-app.js';

const MARK = 'MARK';
const OPTIONS = { path: 'auth/2fa', host: PlainHost, guards: [PlainGuard] } as const;

const Versioned = createTwoFactorController({
  ...OPTIONS,
  version: '2',
  classDecorators: [SetMetadata(MARK, 'of the class')],
});

/** What a decorator cannot say is said by a class of the host's own. */
@Controller({ path: 'own/2fa', version: ['3', '4'] })
class Own extends createTwoFactorController({ ...OPTIONS, path: 'replaced' }) {}

const Unversioned = createTwoFactorController({ ...OPTIONS, path: 'plain/2fa' });

describe.each(Object.keys(PLATFORMS) as Platform[])(
  'a host with versions in its addresses, on %s',
  (platform) => {
    let database: TestDatabase;
    let app: PlainApp;
    beforeAll(async () => {
      database = await createDatabase();
      app = await startPlainApp(database, {
        platform,
        controllers: [Versioned, Own, Unversioned],
        prepare: (nest: INestApplication) => {
          nest.setGlobalPrefix('api');
          nest.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
        },
      });
    });
    afterAll(async () => {
      await app.close();
      await database.drop();
    });

    const status = async (path: string, token?: string): Promise<number> =>
      (await call(app.url, path, { token })).status;

    it.each([
      ['/api/v2/auth/2fa', 200],
      ['/api/v2/auth/2fa/events', 200],
      ['/api/v1/auth/2fa', 404],
      ['/api/auth/2fa', 404],
      ['/api/v3/own/2fa', 200],
      ['/api/v4/own/2fa/events', 200],
      ['/api/v1/own/2fa', 404],
      ['/api/v1/replaced', 404],
      ['/api/v1/plain/2fa', 200],
      ['/api/v2/plain/2fa', 404],
    ])('answers at %s with %i', async (path, expected) => {
      expect(await status(path, 'ann s1')).toBe(expected);
    });

    it.each(['/api/v2/auth/2fa', '/api/v3/own/2fa', '/api/v4/own/2fa/events', '/api/v1/plain/2fa'])(
      'guards what lies at %s',
      async (path) => {
        expect(await status(path)).toBe(401);
      },
    );

    it('keeps its answers out of caches, in a class of the host’s own too', async () => {
      for (const path of ['/api/v2/auth/2fa', '/api/v3/own/2fa']) {
        const { headers } = await call(app.url, path, { token: 'ann s1' });

        expect(headers.get('cache-control')).toBe('no-store');
      }
    });

    it('has the decorators of the class on the class', () => {
      expect(Reflect.getMetadata(MARK, Versioned)).toBe('of the class');
      expect(Reflect.getMetadata(MARK, Unversioned)).toBeUndefined();
    });
  },
);
