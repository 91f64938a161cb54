import { TwoFactorHostError, TwoFactorModule, TrustDelivery } from 'nestjs-two-factor';
import { FixedClock } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { PLAIN, startModule } from './start-module.js';

const clock = new FixedClock();
const EXPIRES = new Date(clock.now().getTime() + 86_400_000);
const TRUST = { id: 'x', token: 'dG9rZW4.abc', expiresAt: EXPIRES };

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

async function delivery(cookiesOverHttp: boolean): Promise<TrustDelivery> {
  const options = { ...PLAIN, clock, trustedDevices: { days: 1, cookiesOverHttp } };
  const app = await startModule(database, TwoFactorModule.forRoot(options));
  const found = app.get(TrustDelivery, { strict: false });
  await app.close();
  return found;
}

describe('the cookie of a trusted device', () => {
  it('is of its host alone, secure, unread by scripts, and sent from its own site only', async () => {
    const trust = await delivery(false);
    const cookies: unknown[] = [];
    const response = { append: (...cookie: unknown[]) => cookies.push(cookie) };

    const answer = trust.deliver(TRUST, { userId: 'ann', request: { headers: {} }, response });

    expect(answer).toEqual({ trustedDevice: { expiresAt: EXPIRES } });
    expect(cookies).toEqual([
      [
        'Set-Cookie',
        expect.stringMatching(
          /^__Host-two-factor-trust-[\w-]{11}=dG9rZW4\.abc; Max-Age=86400; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
        ),
      ],
    ]);
  });

  it('is not read without the prefix, by which a sub-domain could have set it, nor of another user', async () => {
    const trust = await delivery(false);
    const overHttp = await delivery(true);
    const [name = ''] = await nameOf(trust);
    const [bare = ''] = await nameOf(overHttp);
    const request = (cookie: string): object => ({ headers: { cookie } });

    expect(name).toBe(`__Host-${bare}`);
    expect(trust.tokenOf(request(`${name}=a; ${bare}=b`), 'ann')).toBe('a');
    expect(trust.tokenOf(request(`${bare}=b`), 'ann')).toBeUndefined();
    expect(trust.tokenOf(request(`${name}=a`), 'ben')).toBeUndefined();
    expect(trust.tokenOf({}, 'ann')).toBeUndefined();
  });

  it('is no matter of an application, which says so by its header', async () => {
    const trust = await delivery(false);
    const [name = ''] = await nameOf(trust);
    const headers = { cookie: `${name}=a`, 'two-factor-trust': 'none' };

    expect(trust.tokenOf({ headers }, 'ann')).toBeUndefined();
    expect(trust.deliver(TRUST, { userId: 'ann', request: { headers }, response: {} })).toEqual({
      trustedDevice: { expiresAt: EXPIRES, token: TRUST.token },
    });
  });

  it('needs a response of Express or Fastify', async () => {
    const trust = await delivery(false);

    expect(() => trust.deliver(TRUST, { userId: 'ann', request: {}, response: undefined })).toThrow(
      TwoFactorHostError,
    );
  });
});

async function nameOf(trust: TrustDelivery): Promise<string[]> {
  const cookies: string[] = [];
  const response = { header: (_: string, cookie: string) => cookies.push(cookie) };
  trust.deliver(TRUST, { userId: 'ann', request: {}, response });
  return cookies[0]?.split('=') ?? [];
}
