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

/** @param installed the host, once it is there */
export function fastifyTwoTenants(installed: () => Promise<InstalledHost>): void {
  describe('a host on Fastify and Nest 12, with UUIDs and tenants', () => {
    let database: TestDatabase;
    let host: InstalledHost;
    let running: HostProcess;

    beforeAll(async () => {
      database = await createDatabase({ template: 'template1' });
      host = await installed();
      running = await host.start(database.url, CHEAP_ARGON2);
    }, INSTALL_PATIENCE_MS);
    afterAll(async () => {
      await running?.stop();
      await database.drop();
      host?.remove();
    });

    const createUser = async (tenant: string): Promise<HostAccount> => {
      const account = { label: `${randomUUID()}@example.com`, password: 'correct horse' };
      const { label: email, password } = account;
      await call(running.url, `/${tenant}/register`, { body: { email, password } });
      return account;
    };
    const logIn = async (
      tenant: string,
      { label: email, password }: HostAccount,
    ): Promise<Record<string, string>> => {
      const { body } = await call(running.url, `/${tenant}/login`, { body: { email, password } });
      return body as Record<string, string>;
    };
    const enrol = async (tenant: string): Promise<HostAccount & { phone: Phone }> => {
      const account = await createUser(tenant);
      const { accessToken: token } = await logIn(tenant, account);
      const { body } = await call(running.url, `/${tenant}/2fa/setup`, { body: {}, token });
      const phone = await Phone.scan(String(body['qrCodeUri']));
      await call(running.url, `/${tenant}/2fa/enable`, { body: { code: phone.freshCode() }, token });
      return { ...account, phone };
    };

    // The tenant whose schema, prefix and keys are all its own.
    it.each(
      twoFactorConformance<HostAccount>({
        baseUrls: () => [running.url],
        path: '/globex/2fa',
        createUser: () => createUser('globex'),
        logIn: ({ label: email, password }, baseUrl) =>
          fetch(`${baseUrl}/globex/login`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ email, password }),
          }),
        protectedRoutes: [{ path: '/globex/me' }],
        sessionsOutliveEnabling: '15m',
      }).map(({ name, run }) => [name, run] as const),
    )('%s', async (_, run) => {
      await expect(run()).resolves.toBeUndefined();
    });

    it.each([
      ['acme', 'Acme'],
      ['globex', 'Globex'],
      ['initech', 'INITECH'],
      ['umbrella', 'UMBRELLA'],
    ])('shows the users of %s the issuer %s', async (tenant, issuer) => {
      const { phone, label } = await enrol(tenant);

      expect({ issuer: phone.issuer, account: phone.account }).toEqual({ issuer, account: label });
    });

    it('takes the challenge of one tenant nowhere else', async () => {
      const ann = await enrol('acme');
      const { challengeToken } = await logIn('acme', ann);
      const body = { challengeToken, code: ann.phone.freshCode() };

      const elsewhere = await call(running.url, '/globex/2fa/verify', { body });
      const shared = await call(running.url, '/initech/2fa/verify', { body });
      const at = await call(running.url, '/acme/2fa/verify', { body });

      expect(elsewhere).toMatchObject({ status: 401, body: { code: 'TWO_FACTOR_CHALLENGE_INVALID' } });
      expect(shared).toMatchObject({ status: 401, body: { code: 'TWO_FACTOR_CHALLENGE_INVALID' } });
      expect(at.status).toBe(200);
    });

    it('keeps each tenant by its own tables, keys and limits', async () => {
      const keyIds = async (table: string): Promise<string[]> => {
        const rows = await database.query<{ key_id: string }>(`SELECT key_id FROM ${table} ORDER BY 1`);
        return rows.map(({ key_id: id }) => id);
      };
      const [ann, bob] = [await enrol('acme'), await enrol('globex')];

      expect(await keyIds('two_factor_keys')).toEqual(['k1', 'p1']);
      expect(await keyIds('acme.two_factor_keys')).toEqual(['k1', 'p1']);
      expect(await keyIds('globex.g_two_factor_keys')).toEqual(['kms-codes', 'kms-secrets']);
      expect(await logIn('acme', ann)).toMatchObject({ expiresInSeconds: 120 });
      expect(await logIn('globex', bob)).toMatchObject({ expiresInSeconds: 300 });
    });
  });
}
