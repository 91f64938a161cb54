import { describe, expect, it } from 'vitest';
import {
  ROUNDS,
  Tally,
  accepted,
  countVerdicts,
  faults,
  repeat,
  together,
  useTarget,
  verdictOf,
} from '../support/attack.js';
import { type Answer, call } from '../support/client.js';
import { seedPending, seedVictim, seedVictims } from '../support/victims.js';

const target = useTarget();
const INVALID = '401 AUTH_TOKEN_INVALID';

interface OpenApi {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly security?: readonly object[] }>>>
  >;
}

describe('between password and second factor', () => {
  it('invariant 17: there is a challenge token, and nothing else: no session, no token, no cookie', async () => {
    await target.clock.freezeMidStep();
    const victim = await seedVictim(target);

    const answer = await victim.login();

    expect(Object.keys(answer.data).toSorted()).toEqual([
      'challengeToken',
      'expiresIn',
      'locks',
      'methods',
      'status',
      'trustedDeviceDays',
    ]);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect((await victim.rows()).sessions).toEqual([expect.objectContaining({ id: victim.session.id })]);
  });

  it('invariant 17: the challenge token opens no route, as bearer, as refresh token or as cookie', async () => {
    await target.clock.freezeMidStep();
    const victim = await seedVictim(target);
    const token = await victim.openChallenge();
    const url = target.servers[0]!.url;
    const { paths } = (await call(url, '/openapi.json')).body as unknown as OpenApi;
    const guarded = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([, { security = [] }]) => security.length > 0)
        .map(([method]) => ({ path, method: method.toUpperCase() })),
    );
    expect(guarded.length).toBeGreaterThanOrEqual(8);

    for (const { path, method } of guarded) {
      const body = method === 'GET' ? {} : { body: { code: victim.code } };
      const asBearer = await call(url, path, { method, token, ...body });
      expect(`${method} ${path} ${verdictOf(asBearer)}`).toBe(`${method} ${path} ${INVALID}`);
      const asCookie = await call(url, path, {
        method,
        headers: { cookie: `token=${token}; session=${token}` },
        ...body,
      });
      expect(`${method} ${path} ${verdictOf(asCookie)}`).toBe(`${method} ${path} 401 AUTH_TOKEN_MISSING`);
      const inQuery = await call(url, `${path}?access_token=${token}`, { method, ...body });
      expect(inQuery.status).toBeGreaterThanOrEqual(400);
    }
    expect(verdictOf(await target.call('/auth/refresh', { body: { refreshToken: token } }))).toBe(INVALID);
    expect(await victim.rows()).toMatchObject({ challenges: 1 });
    expect((await victim.rows()).attempts).toEqual({});
    expect((await victim.verify({ code: victim.code })).status).toBe(200);
  });
});

describe('refresh tokens', () => {
  it('invariant 19: of two refreshes of one token at once one is answered, and the copy ends the session', async () => {
    await target.clock.run();
    const tally = new Tally('refresh: one token twice at once');

    await repeat(ROUNDS, async () => {
      const victims = await seedVictims(target, 3);

      const answers = await Promise.all(
        victims.map(({ session: { refreshToken } }) =>
          together(2, () => target.call('/auth/refresh', { body: { refreshToken } })),
        ),
      );

      for (const [index, ofOne] of answers.entries()) {
        expect(countVerdicts(ofOne)).toEqual({ '200': 1, [INVALID]: 1 });
        const [winner] = accepted(ofOne);
        expect((await victims[index]!.rows()).sessions).toEqual([]);
        const again = await target.call('/auth/refresh', {
          body: { refreshToken: winner!.data['refreshToken'] },
        });
        expect(verdictOf(again)).toBe(INVALID);
        const me = await target.call('/auth/me', { token: String(winner!.data['accessToken']) });
        expect(verdictOf(me)).toBe(INVALID);
      }
      tally.add(answers.flat());
    });
    tally.write();
  });

  it('invariant 19: a refresh that races a disable from another session leaves nothing alive', async () => {
    await target.clock.run();
    const tally = new Tally('refresh of the other session against disable');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target, { sessions: 2 });
      const [own, other] = victim.sessions;

      const [disabled, refreshed] = await Promise.all([
        victim.use('disable', { code: victim.code }),
        target.call('/auth/refresh', { body: { refreshToken: other!.refreshToken } }),
      ]);

      expect(faults([disabled, refreshed])).toEqual([]);
      expect(disabled.status).toBe(200);
      expect((await victim.rows()).sessions.map(({ id }) => id)).toEqual([own!.id]);
      const tokens = await target.query(
        'SELECT FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE s.id = $1',
        [other!.id],
      );
      expect(tokens).toEqual([]);
      for (const token of [other!.accessToken, String(refreshed.data?.['accessToken'])]) {
        expect(verdictOf(await target.call('/auth/me', { token }))).toBe(INVALID);
      }
      expect((await target.call('/auth/me', { token: own!.accessToken })).status).toBe(200);
      tally.add([disabled, refreshed]);
    });
    tally.write();
  });
});

describe('the end of a factor', () => {
  it('invariant 19: disable ends all other sessions with their refresh tokens, and every challenge', async () => {
    await target.clock.freezeMidStep();
    const victim = await seedVictim(target, { sessions: 4, challenges: 5 });
    const [own, ...others] = victim.sessions;

    expect((await victim.use('disable', { code: victim.code })).status).toBe(200);

    for (const { accessToken, refreshToken } of others) {
      expect(verdictOf(await target.call('/auth/me', { token: accessToken }))).toBe(INVALID);
      expect(verdictOf(await target.call('/auth/refresh', { body: { refreshToken } }))).toBe(INVALID);
    }
    expect((await target.call('/auth/me', { token: own!.accessToken })).data).toMatchObject({
      twoFactorEnabled: false,
    });
    expect(await victim.rows()).toMatchObject({ challenges: 0, codes: 0, active: null });
  });

  it('invariant 19: a backup code does not turn the second factor off, nor draw new backup codes', async () => {
    await target.clock.freezeMidStep();
    const victim = await seedVictim(target);

    for (const path of ['disable', 'backup-codes']) {
      const answer = await victim.post(`/auth/2fa/${path}`, { backupCode: victim.backupCodes[0] });
      expect(verdictOf(answer)).toBe('400 VALIDATION_FAILED');
    }

    expect(await victim.rows()).toMatchObject({ unspent: 10, active: { id: victim.secretId } });
    expect((await victim.rows()).attempts).toEqual({});
  });
});

describe('a sign-in that is not recent', () => {
  const paths = ['enable', 'disable', 'backup-codes', 'setup'] as const;

  it.each(paths)(
    'invariant 19: %s needs the password after 15 minutes, and then its code as well',
    async (path) => {
      await target.clock.freezeMidStep();
      const tally = new Tally(`invariant 19: ${path} from a session 16 minutes old`);

      await repeat(ROUNDS, async (round) => {
        const [recent, old] = [
          await seedVictim(target, { signedInSecondsAgo: 900, isEnabled: path !== 'enable' }),
          await seedVictim(target, { signedInSecondsAgo: 960, isEnabled: path !== 'enable' }),
        ];
        const phones =
          path === 'enable' ? await seedPending(target, [recent, old]) : [recent.phone, old.phone];
        const [recentCode, code] = phones.map((phone) => phone.code());
        const attempt = (body: object): Promise<Answer> => old.post(`/auth/2fa/${path}`, body);
        const before = await old.rows();

        const answers = [
          await attempt({ code }),
          await attempt({ code, password: 'not the password' }),
          await attempt({ code: phones[1]!.wrongCode(), password: old.password }),
        ];

        expect(answers.map(verdictOf)).toEqual([
          '403 AUTH_REAUTHENTICATION_REQUIRED',
          '403 AUTH_REAUTHENTICATION_REQUIRED',
          '422 TWO_FACTOR_CODE_INVALID',
        ]);
        const { active, pending, unspent, sessions } = await old.rows();
        expect({ active, pending, unspent, sessions }).toEqual({
          active: before.active,
          pending: before.pending,
          unspent: before.unspent,
          sessions: before.sessions,
        });
        tally.add(answers);
        // Ten Argon2 computations each: the way that works is walked twice.
        const isCheap = path === 'disable' || path === 'setup';
        const walks = isCheap || round <= 2;
        const open = walks
          ? [
              await attempt({ code, password: old.password }),
              await recent.post(`/auth/2fa/${path}`, { code: recentCode }),
            ]
          : [];
        expect(open.map(verdictOf)).toEqual(open.map(() => '200'));
      });
      tally.write();
    },
  );

  it('invariant 19: a plain setup does not need it', async () => {
    await target.clock.freezeMidStep();
    const victim = await seedVictim(target, { isEnabled: false, signedInSecondsAgo: 86_400 });

    expect((await victim.post('/auth/2fa/setup')).status).toBe(200);
  });
});
