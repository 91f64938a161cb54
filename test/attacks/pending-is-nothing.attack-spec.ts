import { Phone } from 'nestjs-two-factor/testing';
import { describe, expect, it } from 'vitest';
import {
  ROUNDS,
  Tally,
  accepted,
  faults,
  repeat,
  settled,
  together,
  useTarget,
  verdictOf,
} from '../support/attack.js';
import { copyAuthenticator, seedFailures } from '../support/seed.js';
import { type Victim, seedChallenges, seedVictim, seedVictims } from '../support/victims.js';

const target = useTarget();

/** Waits a random part of a few milliseconds, so that two calls meet at every moment of each other. */
function chance(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * milliseconds));
}

/** The next step, so that a code is later than the one used before. */
async function nextStep(): Promise<void> {
  await target.clock.advance({ seconds: 30 });
}

/** An enabled user with a replacement that its old code has allowed. */
async function replacing(): Promise<{
  readonly victim: Victim;
  readonly phone: Phone;
  readonly codes: string[];
}> {
  const victim = await seedVictim(target);
  const { phone, setup } = await victim.scan({ code: victim.code });
  await nextStep();
  return { victim, phone, codes: setup.backupCodes };
}

describe('a pending setup', () => {
  it('invariant 5: 50 setups at once leave one pending row, no backup code, and no change to signing in', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 5: 50 setups of one user at once');

    await repeat(ROUNDS, async (round) => {
      const victim = await seedVictim(target, { isEnabled: false });

      const answers = await together(round <= 3 ? 50 : 10, () => victim.post('/auth/2fa/setup'));

      expect(settled(answers).map(verdictOf)).toEqual(settled(answers).map(() => '200'));
      const [{ count } = { count: 0 }] = await target.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM two_factor_enrolments WHERE user_id = $1',
        [victim.id],
      );
      expect(count).toBe(1);
      expect(await victim.rows()).toMatchObject({ active: null, codes: 0, challenges: 0 });
      expect((await victim.rows()).attempts).toEqual({});
      expect((await victim.login()).data['status']).toBe('authenticated');
      tally.add(answers);
    });
    tally.write();
  });

  it('invariant 6: 50 confirmations of one setup at once turn the second factor on once', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 6: 50 enables of one pending setup at once');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target, { isEnabled: false, sessions: 2 });
      const { phone } = await victim.scan();
      const code = phone.code();
      // Room for two attempts at once, each of which computes ten hashes before the commit decides.
      const now = target.clock.now();
      await seedFailures(target, [victim.id], { method: 'totp', failedAt: [now, now, now], inARow: 3 });

      const answers = await together(50, (index) =>
        victim.post('/auth/2fa/enable', { code }, { token: victim.sessions[index % 2]!.accessToken }),
      );

      expect(faults(answers)).toEqual([]);
      expect(accepted(answers)).toHaveLength(1);
      const rows = await victim.rows();
      expect(rows).toMatchObject({ pending: null, codes: 10, unspent: 10 });
      expect(rows.sessions).toEqual([expect.objectContaining({ passed: ['totp'] })]);
      expect(rows.events.filter((event) => event.startsWith('enabled success'))).toHaveLength(1);
      tally.add(answers);
    });
    tally.write();
  });

  it('invariant 6: a setup made without proof never replaces an active secret, however the calls race', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 6: enable against plain setups that slip in between');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target, { isEnabled: false, sessions: 2 });
      const { phone } = await victim.scan();

      const [enabled, ...others] = await Promise.all([
        victim.post('/auth/2fa/enable', { code: phone.code() }),
        ...Array.from({ length: 3 }, async () => {
          await chance(60);
          const token = victim.sessions[1]!.accessToken;
          return victim.post('/auth/2fa/setup', {}, { token });
        }),
      ]);

      const { active, pending, codes, sessions } = await victim.rows();
      expect(faults([enabled, ...others])).toEqual([]);
      // Either the first setup was confirmed, or another setup took its place before that.
      expect(active !== null).toBe(enabled.status === 200);
      expect({ codes, sessions: sessions.length }).toEqual(
        active === null ? { codes: 0, sessions: 2 } : { codes: 10, sessions: 1 },
      );
      expect(pending?.replaces ?? null).toBeNull();
      // What slipped in without proof cannot be confirmed over the active secret.
      const token = active === null ? undefined : String(enabled.data['accessToken']);
      const intruders = active === null ? [] : accepted(others);
      for (const setup of intruders) {
        const phoneOfIntruder = Phone.of(String(setup.data['otpauthUri']), target.clock);
        const answer = await victim.post(
          '/auth/2fa/enable',
          { code: phoneOfIntruder.code() },
          token === undefined ? {} : { token },
        );
        expect(answer.status).toBeGreaterThanOrEqual(400);
      }
      expect((await victim.rows()).active?.id).toBe(active?.id);
      tally.add([enabled, ...others]);
    });
    tally.write();
  });

  it('invariant 6: a plain pending row, set beside an active secret by force, is never confirmed over it', async () => {
    await target.clock.freezeMidStep();

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target, { isEnabled: false });
      const { phone } = await victim.scan();
      const [other] = await seedVictims(target, 1);
      // The state that a race would have to bring about.
      await copyAuthenticator(target, { from: other!.id, to: victim.id });
      const before = await victim.rows();

      const answer = await victim.post('/auth/2fa/enable', { code: phone.code() });

      expect(verdictOf(answer)).toBe('409 TWO_FACTOR_SETUP_NOT_PENDING');
      const after = await victim.rows();
      expect({ active: after.active, codes: after.codes }).toEqual({ active: before.active, codes: 0 });
      expect(after.sessions).toHaveLength(1);
      expect(after.events.filter((event) => event.includes('enabled success'))).toEqual([]);
    });
  });
});

describe('the replacement of an authenticator', () => {
  it('invariant 6: the old codes work until the new phone is confirmed, and are dead from then on', async () => {
    await target.clock.freezeMidStep();

    await repeat(ROUNDS, async () => {
      const { victim, phone, codes } = await replacing();
      await seedChallenges(target, [victim], 3);
      expect((await victim.use('verify', { code: victim.code }, { challenge: 0 })).status).toBe(200);
      await seedChallenges(target, [victim], 3);
      expect((await victim.use('verify', { backupCode: codes[0]! }, { challenge: 0 })).status).toBe(422);
      expect((await victim.use('verify', { code: phone.code() }, { challenge: 1 })).status).toBe(422);
      expect(
        (await victim.use('verify', { backupCode: victim.backupCodes[0]! }, { challenge: 2 })).status,
      ).toBe(200);
      await nextStep();

      const enabled = await victim.post<{ accessToken: string }>('/auth/2fa/enable', { code: phone.code() });

      expect(enabled.status).toBe(200);
      expect(await victim.rows()).toMatchObject({ pending: null, codes: 10, unspent: 10, challenges: 0 });
      expect((await victim.rows()).sessions).toHaveLength(1);
      await nextStep();
      await seedChallenges(target, [victim], 4);
      expect((await victim.use('verify', { code: victim.code }, { challenge: 0 })).status).toBe(422);
      expect(
        (await victim.use('verify', { backupCode: victim.backupCodes[1]! }, { challenge: 1 })).status,
      ).toBe(422);
      expect((await victim.use('verify', { backupCode: codes[0]! }, { challenge: 2 })).status).toBe(200);
    });
  });

  it('invariant 19: no session signed in by the old authenticator outlives its replacement', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 19: enable of a replacement against sign-ins with the old factor');

    await repeat(ROUNDS, async (round) => {
      const { victim, phone } = await replacing();
      await seedChallenges(target, [victim], 3);
      const old = round % 2 === 0 ? { code: victim.code } : { backupCode: victim.backupCodes[0]! };

      const [enabled, ...signIns] = await Promise.all([
        victim.post<{ accessToken: string }>('/auth/2fa/enable', { code: phone.code() }),
        ...[0, 1, 2].map(async (challenge) => {
          await chance(180);
          return victim.use('verify', old, { challenge });
        }),
      ]);

      const { sessions, active } = await victim.rows();
      expect(faults([enabled, ...signIns])).toEqual([]);
      expect(accepted(signIns).length).toBeLessThanOrEqual(1);
      expect(enabled.status).toBe(200);
      expect(active?.id).not.toBe(victim.secretId);
      // Whatever signed in with the old factor did so before the commit that ended it.
      expect(sessions).toHaveLength(1);
      for (const signIn of accepted(signIns)) {
        const me = await target.call('/auth/me', { token: String(signIn.data['accessToken']) });
        expect(verdictOf(me)).toBe('401 AUTH_TOKEN_INVALID');
      }
      const own = await target.call('/auth/me', { token: enabled.data.accessToken });
      expect(own.status).toBe(200);
      tally.add([enabled, ...signIns]);
    });
    tally.write();
  });
});

describe('changes that race', () => {
  it('invariant 2: new backup codes against an old one: it worked before, or never after, and ten are unspent', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 2: regenerate against redeem');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target, { challenges: 3 });
      const code = victim.code;
      const backupCode = victim.backupCodes[0]!;

      const [regenerated, ...redeemed] = await Promise.all([
        victim.use('backup-codes', { code }),
        ...[0, 1, 2].map(async (challenge) => {
          await chance(180);
          return victim.use('verify', { backupCode }, { challenge });
        }),
      ]);

      expect(faults([regenerated, ...redeemed])).toEqual([]);
      expect(regenerated.status).toBe(200);
      expect(accepted(redeemed).length).toBeLessThanOrEqual(1);
      // Ten unspent codes: an old one that worked took nothing from the new set.
      expect(await victim.rows()).toMatchObject({ codes: 10, unspent: 10 });
      const order = (await victim.rows()).events.filter((event) => event.includes(' success'));
      expect(order.filter((event) => event.startsWith('challenge_answered'))).toHaveLength(
        accepted(redeemed).length,
      );
      await seedChallenges(target, [victim], 1);
      expect((await victim.use('verify', { backupCode: victim.backupCodes[1]! })).status).toBe(422);
      const fresh = (regenerated.data['backupCodes'] as string[])[0]!;
      expect((await victim.use('verify', { backupCode: fresh })).status).toBe(200);
      tally.add([regenerated, ...redeemed]);
    });
    tally.write();
  });

  it('invariant 2: two regenerations at once leave exactly ten codes, those of the one that answered last', async () => {
    await target.clock.freezeMidStep();

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target);

      const answers = await Promise.all(
        [0, 1].map((steps) => victim.use('backup-codes', { code: victim.phone.code({ steps }) })),
      );

      expect(faults(answers)).toEqual([]);
      expect(accepted(answers).length).toBeGreaterThanOrEqual(1);
      expect(await victim.rows()).toMatchObject({ codes: 10, unspent: 10 });
    });
  });

  it('invariant 19: disable against sign-ins: all other sessions end, and nothing of the factor is left', async () => {
    await target.clock.run();
    const tally = new Tally(
      'invariant 19: disable against sign-ins with a backup code, an earlier code, and a password',
    );

    await repeat(ROUNDS, async (round) => {
      const victim = await seedVictim(target, { challenges: 2, sessions: 2 });
      const earlier =
        round % 2 === 0 ? { code: victim.phone.code() } : { backupCode: victim.backupCodes[0]! };

      const [disabled, ...others] = await Promise.all([
        victim.use('disable', { code: victim.phone.code({ steps: 1 }) }),
        ...[0, 1].map(async (challenge) => {
          await chance(60);
          return victim.use('verify', earlier, { challenge });
        }),
        chance(60).then(() => victim.login<{ accessToken?: string; status: string }>()),
      ]);

      const rows = await victim.rows();
      expect(faults([disabled, ...others])).toEqual([]);
      expect(disabled.status).toBe(200);
      expect(rows).toMatchObject({ active: null, pending: null, codes: 0, challenges: 0 });
      // The calling session, and a sign-in with the password alone that came after the commit.
      const after = others.at(-1)!.data['status'] === 'authenticated' ? 1 : 0;
      expect(rows.sessions).toHaveLength(1 + after);
      expect(rows.sessions.map(({ id }) => id)).toContain(victim.session.id);
      tally.add([disabled, ...others]);
    });
    tally.write();
  });

  it('invariant 19: a sign-in with the password alone does not slip past an enable', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 19: enable against sign-ins with the password alone');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target, { isEnabled: false });
      const { phone } = await victim.scan();

      const [enabled, ...logins] = await Promise.all([
        victim.post('/auth/2fa/enable', { code: phone.code() }),
        ...[0, 1, 2, 3].map(async () => {
          await chance(180);
          return victim.login();
        }),
      ]);

      expect(faults([enabled, ...logins])).toEqual([]);
      expect(enabled.status).toBe(200);
      // Sessions of a password alone ended with the commit; from then on there were challenges only.
      const { sessions, challenges } = await victim.rows();
      expect(sessions).toEqual([expect.objectContaining({ passed: ['totp'] })]);
      expect(challenges).toBe(logins.filter(({ data }) => data['status'] === 'two_factor_required').length);
      tally.addCounts({
        enabled: 1,
        'signed in before': logins.filter(({ data }) => data['status'] === 'authenticated').length,
        'challenged after': challenges,
      });
    });
    tally.write();
  });
});
