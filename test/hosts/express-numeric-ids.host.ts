import { randomUUID } from 'node:crypto';
import { Phone, twoFactorConformance } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import {
  type HostAccount,
  type HostProcess,
  INSTALL_PATIENCE_MS,
  type InstalledHost,
} from './support/installed-host.js';
import { type Weight, comparison, weigh } from './support/weigh.js';
import type { AddedPackages } from './support/weight.js';

interface Body {
  readonly result: Record<string, unknown>;
  readonly error: { readonly code: string };
}

/** @param installed the host, once it is there */
export function expressNumericIds(installed: () => Promise<InstalledHost>): void {
  describe('a host on Express and Nest 11, in CommonJS, with numeric ids, its own guard, envelope and filter', () => {
    let database: TestDatabase;
    let host: InstalledHost;
    const processes: HostProcess[] = [];
    const urls = (): string[] => processes.map(({ url }) => `${url}/api`);

    beforeAll(async () => {
      database = await createDatabase({ template: 'template1' });
      host = await installed();
      await host.typeorm('migration:run', database.url);
      processes.push(await host.start(database.url), await host.start(database.url));
    }, INSTALL_PATIENCE_MS);
    afterAll(async () => {
      await Promise.all(processes.map((process) => process.stop()));
      await database.drop();
      host.remove();
    });

    const post = async (path: string, body: object, token?: string) => {
      const answer = await call(urls()[0] ?? '', path, { body, token });
      return { status: answer.status, ...(answer.body as unknown as Body) };
    };
    const createUser = async (): Promise<HostAccount> => {
      const account = { label: `${randomUUID()}@example.com`, password: 'correct horse' };
      await post('/auth/register', { email: account.label, password: account.password });
      return account;
    };

    it.each(
      twoFactorConformance<HostAccount>({
        baseUrls: urls,
        createUser,
        logIn: ({ label: email, password }, baseUrl) =>
          fetch(`${baseUrl}/auth/login`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ email, password }),
          }),
        protectedRoutes: [{ path: '/auth/me' }, { path: '/vault' }],
        unwrap: (body) => (body as Body).result,
        errorCodeOf: (body) => (body as Body).error?.code,
      }).map(({ name, run }) => [name, run] as const),
    )('%s', async (_, run) => {
      await expect(run()).resolves.toBeUndefined();
    });

    it('keeps the users by the text of their numbers', async () => {
      const [user] = await database.query<{ id: number }>('SELECT max(id) AS id FROM users');

      const rows = await database.query(
        `SELECT FROM two_factor_events e WHERE NOT EXISTS (SELECT FROM users u WHERE u.id::text = e.user_id)`,
      );

      expect(user?.id).toBeGreaterThan(10);
      expect(rows).toEqual([]);
    });

    it('opens its @RequireTwoFactor() route to a session with a second factor only', async () => {
      const { label: email, password } = await createUser();
      const { result: session } = await post('/auth/login', { email, password });
      const token = String(session['accessToken']);

      const before = await call(urls()[0] ?? '', '/vault', { token });
      const { result: setup } = await post('/auth/2fa/setup', {}, token);
      const code = Phone.of(String(setup['otpauthUri'])).code();
      const { result: enabled } = await post('/auth/2fa/enable', { code }, token);
      const after = await call(urls()[0] ?? '', '/vault', { token: String(enabled['accessToken']) });
      const old = await call(urls()[0] ?? '', '/auth/me', { token });

      expect(before).toMatchObject({ status: 403, body: { error: { code: 'TWO_FACTOR_REQUIRED' } } });
      expect(after).toMatchObject({ status: 200, body: { ok: true, result: { gold: 7 } } });
      expect(old.status).toBe(401);
    });

    it('is warned at start of the sign-in route that bypasses the second factor, and of no other', () => {
      const warnings = processes[0]?.output().match(/The sign-in route .*/g);

      expect(warnings).toEqual([
        'The sign-in route AuthController.legacyLogin does not ask for the second factor',
      ]);
    });

    it('hears of events after their commit', () => {
      expect(processes[0]?.output()).toMatch(/^mail to user \d+: enabled success$/m);
    });

    describe('from which the second factor is taken out again', () => {
      let account: HostAccount;
      let added: AddedPackages;
      let beside: Weight;
      let without: Weight;

      beforeAll(async () => {
        account = await createUser();
        await Promise.all(processes.splice(0).map((process) => process.stop()));
        added = host.addedPackages();
        beside = await weigh(() => host.start(database.url));
        await host.typeorm('migration:revert', database.url);
        await host.removeSecondFactor();
        without = await weigh(() => host.start(database.url));
        processes.push(await host.start(database.url));
      }, INSTALL_PATIENCE_MS);

      it('builds and runs, and the tables are gone', async () => {
        const { label: email, password } = account;

        const tables = await database.query<{ name: string }>(
          `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
        );
        expect(tables.map(({ name }) => name)).toEqual(['migrations', 'sessions', 'users']);
        expect(await post('/auth/login', { email, password })).toMatchObject({ status: 201, ok: true });
        expect((await post('/auth/2fa/setup', {})).status).toBe(404);
      });

      it('had what the library adds to a host: a few packages and a few megabytes, of disk and of memory', () => {
        const { names, mebibytes } = added;

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
      });
    });
  });
}
