import { randomUUID } from 'node:crypto';
import { Phone, twoFactorConformance } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import {
  CHEAP_ARGON2,
  type HostAccount,
  type HostProcess,
  INSTALL_PATIENCE_MS,
  type InstalledHost,
} from './support/installed-host.js';

const FORMS = [
  ['@Transactional() around its own sign-in', { verify: '/login/code', variables: {} }],
  [
    'a transaction around every request',
    { verify: '/auth/2fa/verify', variables: { EVERY_REQUEST_IN_A_TRANSACTION: 'yes' } },
  ],
] as const;

/** @param installed the host, once it is there */
export function typeormTransactional(installed: () => Promise<InstalledHost>): void {
  describe('a host on Nest 11 with typeorm-transactional and two connections', () => {
    let host: InstalledHost;

    beforeAll(async () => {
      host = await installed();
    }, INSTALL_PATIENCE_MS);
    afterAll(() => host?.remove());

    describe.each(FORMS)('and %s', (_, { verify, variables }) => {
      let database: TestDatabase;
      let running: HostProcess;

      beforeAll(async () => {
        database = await createDatabase({ template: 'template1' });
        running = await host.start(database.url, { ...variables, ...CHEAP_ARGON2 });
      });
      afterAll(async () => {
        await running?.stop();
        await database.drop();
      });

      const post = (path: string, body: object, token?: string) => call(running.url, path, { body, token });
      const createUser = async (): Promise<HostAccount> => {
        const account = { label: `${randomUUID()}@example.com`, password: 'correct horse' };
        await post('/register', { email: account.label, password: account.password });
        return account;
      };
      const logIn = async ({ label: email, password }: HostAccount): Promise<Record<string, unknown>> =>
        (await post('/login', { email, password })).body;

      it.each(
        twoFactorConformance<HostAccount>({
          baseUrls: () => [running.url],
          paths: { verify },
          createUser,
          logIn: ({ label: email, password }, baseUrl) =>
            fetch(`${baseUrl}/login`, {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify({ email, password }),
            }),
          protectedRoutes: [{ path: '/me' }],
        }).map(({ name, run }) => [name, run] as const),
      )('%s', async (_name, run) => {
        await expect(run()).resolves.toBeUndefined();
      });

      it('judges twenty attempts at once, and none of them hangs', async () => {
        const accounts = [await createUser(), await createUser(), await createUser(), await createUser()];
        const attempts: { readonly challengeToken: unknown; readonly code: string }[] = [];
        for (const account of accounts) {
          const token = String((await logIn(account))['accessToken']);
          const { body: setup } = await post('/auth/2fa/setup', {}, token);
          const phone = Phone.of(String(setup['otpauthUri']));
          await post('/auth/2fa/enable', { code: phone.freshCode() }, token);
          for (let challenge = 0; challenge < 5; challenge += 1) {
            attempts.push({
              challengeToken: (await logIn(account))['challengeToken'],
              code: phone.wrongCode(),
            });
          }
        }

        const answers = await Promise.all(attempts.map((body) => post(verify, body)));

        expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 422));
        const [charged] = await database.query<{ failures: number }>(
          `SELECT sum(cardinality(a.failed_at))::int AS failures
            FROM two_factor_attempts a JOIN users u ON u.id::text = a.user_id WHERE u.email = ANY($1)`,
          [accounts.map(({ label }) => label)],
        );
        expect(charged?.failures).toBe(20);
      });
    });
  });
}
