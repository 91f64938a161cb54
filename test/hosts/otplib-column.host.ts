import { randomUUID } from 'node:crypto';
import { Phone, twoFactorConformance } from 'nestjs-two-factor/testing';
import { generateSecret } from 'otplib';
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

const password = 'correct horse';

/** @param installed the host, once it is there */
export function otplibColumn(installed: () => Promise<InstalledHost>): void {
  describe('a host on Nest 11 with secrets of otplib 12 in a column of its users', () => {
    let database: TestDatabase;
    let host: InstalledHost;
    let running: HostProcess;

    beforeAll(async () => {
      database = await createDatabase({ template: 'template1' });
      host = await installed();
      await host.typeorm('migration:run', database.url);
      running = await host.start(database.url, CHEAP_ARGON2);
    }, INSTALL_PATIENCE_MS);
    afterAll(async () => {
      await running.stop();
      await database.drop();
      host.remove();
    });

    const post = (path: string, body: object) => call(running.url, path, { body });
    const login = async (email: string): Promise<Record<string, unknown>> =>
      (await post('/login', { email, password })).body;
    const importSecrets = async (...flags: string[]): Promise<unknown> =>
      JSON.parse(await host.script('dist/import-secrets.js', database.url, ...flags));
    /** Somebody from before: the secret is in the column, and on the phone. */
    const addUser = async (otpSecret: string | null): Promise<string> => {
      const email = `${randomUUID()}@example.com`;
      await database.query('INSERT INTO users (email, password, otp_secret) VALUES ($1, $2, $3)', [
        email,
        password,
        otpSecret,
      ]);
      return email;
    };
    const idOf = async (email: string): Promise<string> => {
      const [user] = await database.query<{ id: number }>('SELECT id FROM users WHERE email = $1', [email]);
      return String(user?.id);
    };
    const phoneWith = (secret: string): Phone =>
      Phone.of(`otpauth://totp/Column:ann?secret=${secret}&issuer=Column`);

    it('takes the phones over: first for show, then in earnest, and again without harm', async () => {
      const strong = generateSecret({ length: 20 });
      const short = generateSecret({ length: 10 });
      const ann = await addUser(strong);
      const old = await addUser(short);
      const spaced = await addUser(generateSecret({ length: 20 }).toLowerCase().replace(/.{4}/g, '$& '));
      const broken = await addUser('not base32: 0189');
      const plain = await addUser(null);
      const who = await Promise.all([ann, old, spaced].map(idOf));
      const report = {
        refused: [{ row: 4, userId: await idOf(broken), reason: 'secret_not_base32' }],
        weak: [await idOf(old)],
      };

      const before = await post('/old-login', { email: ann, password, code: phoneWith(strong).code() });
      const rehearsed = await importSecrets('--dry-run');
      const untouched = await database.query('SELECT FROM two_factor_secrets');
      const imported = await importSecrets();
      const again = await importSecrets();

      expect(before.status).toBe(201);
      expect(rehearsed).toEqual({ imported: who, skipped: [], ...report });
      expect(untouched).toEqual([]);
      expect(imported).toEqual({ imported: who, skipped: [], ...report });
      expect(again).toEqual({ imported: [], skipped: who, ...report });
      const rows = await database.query<{ sealed_secret: string }>(
        'SELECT sealed_secret FROM two_factor_secrets',
      );
      expect(rows).toHaveLength(3);
      expect(rows.filter(({ sealed_secret: sealed }) => !sealed.startsWith('v1.k1.'))).toEqual([]);
      for (const email of [ann, old, spaced]) {
        expect(await login(email)).toHaveProperty('challengeToken');
      }
      for (const email of [broken, plain]) {
        expect(await login(email)).toHaveProperty('accessToken');
      }
    });

    it('signs an imported user in with the old phone, and hands out backup codes that once', async () => {
      const secret = generateSecret({ length: 20 });
      const email = await addUser(secret);
      await importSecrets();
      const phone = phoneWith(secret);
      const verify = async (proof: object) => {
        const { challengeToken } = await login(email);
        return post('/auth/2fa/verify', { challengeToken, ...proof });
      };

      const first = await verify({ code: phone.freshCode() });
      const second = await verify({ code: phone.freshCode() });
      const backupCodes = first.body['backupCodes'] as string[];
      const third = await verify({ backupCode: backupCodes[0] });
      const replayed = await verify({ backupCode: backupCodes[0] });

      expect(first).toMatchObject({ status: 200, body: { accessToken: expect.any(String) as string } });
      expect(new Set(backupCodes).size).toBe(10);
      expect(second.status).toBe(200);
      expect(second.body).not.toHaveProperty('backupCodes');
      expect(third.status).toBe(200);
      expect(replayed).toMatchObject({ status: 422, body: { code: 'TWO_FACTOR_CODE_INVALID' } });
    });

    it.each(
      twoFactorConformance<HostAccount>({
        baseUrls: () => [running.url],
        createUser: async () => ({ label: await addUser(null), password }),
        logIn: ({ label: email }, baseUrl) =>
          fetch(`${baseUrl}/login`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ email, password }),
          }),
        protectedRoutes: [{ path: '/me' }],
        sessionsOutliveEnabling: '15m',
      }).map(({ name, run }) => [name, run] as const),
    )('%s', async (_, run) => {
      await expect(run()).resolves.toBeUndefined();
    });
  });
}
