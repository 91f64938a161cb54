import { randomUUID } from 'node:crypto';
import { type ConformanceDriver, FixedClock, twoFactorConformance } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { type NaiveHost, startNaiveHost } from './naive-host.js';

interface Account {
  readonly label: string;
  readonly password: string;
}

function json(body: object, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

describe('the reference backend', () => {
  const apps: TestApp[] = [];
  const clock = new FixedClock();
  const variables = {
    WEBAUTHN_RP_ID: 'example.com',
    WEBAUTHN_ORIGINS: 'https://app.example.com',
    TRUSTED_DEVICE_DAYS: '30',
  };
  const driver: ConformanceDriver<Account> = {
    baseUrls: () => apps.map(({ url }) => `${url}/api/v1`),
    clock,
    createUser: async () => {
      const account = { label: `${randomUUID()}@example.com`, password: 'correct horse battery' };
      const { label: email, password } = account;
      await fetch(`${driver.baseUrls()[0]}/auth/register`, json({ email, password }));
      return account;
    },
    logIn: ({ label: email, password }, baseUrl, headers) =>
      fetch(`${baseUrl}/auth/login`, json({ email, password }, headers)),
    protectedRoutes: [{ path: '/auth/me' }, { path: '/auth/2fa' }, { path: '/auth/2fa/events' }],
    twoFactorRoutes: [{ path: '/account/export' }],
    stepUpRoutes: [{ path: '/account/export' }],
    passkeyOrigin: 'https://app.example.com',
    hasAuthenticators: true,
    trustsDevices: true,
    // Of the staff it wants one at once. Days of grace are for everybody here, who could not turn it off then.
    requireFactorNow: async ({ label }) => {
      await apps[0]!.database.query(`UPDATE users SET role = 'support' WHERE email = $1`, [label]);
    },
    otherSignIns: [
      {
        name: 'a refresh',
        logIn: async (account, baseUrl) => {
          const answer = await driver.logIn(account, baseUrl, {});
          const { data } = (await answer.json()) as { data: Record<string, string> };
          const refreshToken = data['refreshToken'] ?? data['challengeToken'] ?? '';
          return fetch(`${baseUrl}/auth/refresh`, json({ refreshToken }));
        },
      },
    ],
    deleteUser: async ({ label }) => {
      const gone = `WITH gone AS (DELETE FROM users WHERE email = $1 RETURNING id::text)`;
      const tables = [
        'two_factor_accounts',
        'two_factor_secrets',
        'two_factor_backup_codes',
        'two_factor_challenges',
        'two_factor_attempts',
      ];
      const rows = tables.map(
        (table) => `${table}_rows AS (DELETE FROM ${table} WHERE user_id IN (SELECT id FROM gone))`,
      );
      await apps[0]!.database.query(`${[gone, ...rows].join(', ')} SELECT`, [label]);
    },
  };

  beforeAll(async () => {
    const first = await startApp({ clock, variables });
    apps.push(first, await startApp({ database: first.database, clock, variables }));
  });
  afterAll(async () => {
    for (const app of apps.toReversed()) {
      await app.close();
    }
  });

  it.each(twoFactorConformance(driver))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });

  it('may not say that its sessions outlive enabling, for they do not', async () => {
    const checks = twoFactorConformance({ ...driver, sessionsOutliveEnabling: '15m' });

    const [check, ...others] = checks.filter(({ name }) => name.startsWith('a session from before'));

    expect(others).toEqual([]);
    expect(check?.name).toBe('a session from before enabling lives on for 15m, as the host says');
    await expect(check?.run()).rejects.toThrow('enabling does end a session on another device');
  });
});

describe('a naive host', () => {
  let naive: NaiveHost;
  beforeAll(async () => {
    naive = await startNaiveHost();
  });
  afterAll(() => naive.close());

  it('is told each of its faults', async () => {
    const driver: ConformanceDriver<Account> = {
      baseUrls: () => [naive.url],
      createUser: async () => ({ label: `${randomUUID()}@example.com`, password: 'x' }),
      logIn: ({ label }, baseUrl) => fetch(`${baseUrl}/login`, json({ label })),
      protectedRoutes: [{ path: '/me' }],
    };

    const faults: string[] = [];
    for (const { name, run } of twoFactorConformance(driver)) {
      await run().catch(() => faults.push(name));
    }

    expect(faults).toEqual([
      'a sign-in asks for a code, and a right one opens a session',
      'half a sign-in opens nothing',
      'a one-time code works once, of 50 at the same moment',
      'a backup code works once, of 50 at the same moment',
      'a code that was used is refused, and so is the one that confirmed the setup',
      'guessing ends: the account waits, says for how long, and leaves the backup codes',
      'a burst of guesses gets no more tries than guesses in turn',
      'the authenticator is replaced without a gap',
      'a code of the phone turns it off, and a backup code does not',
      'a refusal carries its code, and a wrong one-time code is no 401',
      'times are stored as the instants that they are, whatever the time zones',
      'every answer has the shape that its schema says',
      'a session from before enabling is over',
    ]);
  });
});
