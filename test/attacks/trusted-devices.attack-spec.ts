import { describe, expect, it } from 'vitest';
import { ROUNDS, Tally, countVerdicts, faults, repeat, together, useTarget } from '../support/attack.js';
import type { Answer } from '../support/client.js';
import { type Victim, seedVictim } from '../support/victims.js';

const target = useTarget();
const AT_ONCE = 50;

interface Trusting extends Record<string, unknown> {
  readonly status?: string;
  readonly challengeToken?: string;
  readonly trustedDevice?: { readonly token?: string };
}

function login({ email, password }: Victim, token: string): Promise<Answer<Trusting>> {
  return target.call<Trusting>('/auth/login', {
    body: { email, password },
    headers: { 'two-factor-trust': token },
  });
}

/** Signs in with a proof, and asks to be trusted. */
async function trust(victim: Victim, proof: object): Promise<Answer<Trusting>> {
  const challengeToken = await victim.openChallenge();
  return target.call<Trusting>('/auth/2fa/verify', {
    body: { challengeToken, trustDevice: true, ...proof },
    headers: { 'two-factor-trust': 'none' },
  });
}

async function aTrusted(): Promise<{ readonly victim: Victim; readonly token: string }> {
  const victim = await seedVictim(target);
  const { data } = await trust(victim, { code: victim.code });
  const token = data.trustedDevice?.token ?? '';
  expect(token).not.toBe('');
  await target.clock.advance({ seconds: 61 });
  return { victim, token };
}

const COMPLETE = 'authenticated';
const ASKED = 'two_factor_required';
const statusesOf = (answers: readonly Answer<Trusting>[]): (string | undefined)[] =>
  answers.map(({ data }) => data.status);

async function trustsOf({ id }: Victim): Promise<number> {
  const rows = await target.query('SELECT FROM two_factor_trusted_devices WHERE user_id = $1', [id]);
  return rows.length;
}

describe('a token of a trusted device', () => {
  it(`invariant 37: used ${AT_ONCE} times at once, over two processes, is rotated once, and nobody takes it for a theft`, async () => {
    const tally = new Tally('one token of a trusted device at once');
    await target.clock.freezeMidStep();
    await repeat(ROUNDS, async () => {
      const { victim, token } = await aTrusted();

      const answers = await together(AT_ONCE, () => login(victim, token));

      tally.add(answers);
      expect(faults(answers)).toEqual([]);
      const good = answers.filter(({ status }) => status === 200);
      expect(new Set(statusesOf(good))).toEqual(new Set([COMPLETE]));
      expect(good.filter(({ data }) => data.trustedDevice?.token !== undefined)).toHaveLength(1);
      expect(await trustsOf(victim)).toBe(1);
      expect((await victim.rows()).events).not.toContain('trusted_device_misused failure replayed');
    });
    tally.write();
  });

  it('invariant 37: stolen, and used after its owner has used the next one, lets nobody in, ever', async () => {
    await target.clock.freezeMidStep();
    const { victim, token } = await aTrusted();
    const next = (await login(victim, token)).data.trustedDevice?.token ?? '';
    const last = (await login(victim, next)).data.trustedDevice?.token ?? '';
    await target.clock.advance({ seconds: 61 });

    const thieves = await together(10, () => login(victim, token));

    expect(new Set(statusesOf(thieves))).toEqual(new Set([ASKED]));
    expect((await login(victim, last)).data.status).toBe(ASKED);
    expect(await trustsOf(victim)).toBe(0);
    const misused = (await victim.rows()).events.filter((event) =>
      event.startsWith('trusted_device_misused'),
    );
    expect(misused).toEqual(['trusted_device_misused failure replayed']);
  });

  it('invariant 36: comes of no backup code, no wrong code, and of no challenge that another code has ended', async () => {
    await target.clock.freezeMidStep();
    const victim = await seedVictim(target);

    const answers = [
      await trust(victim, { backupCode: victim.backupCodes[0] }),
      await trust(victim, { code: victim.phone.wrongCode() }),
    ];

    expect(countVerdicts(answers)).toEqual({ 200: 1, '422 TWO_FACTOR_CODE_INVALID': 1 });
    expect(answers.map(({ data }) => data?.trustedDevice)).toEqual([undefined, undefined]);
    expect(await trustsOf(victim)).toBe(0);
  });

  it('invariant 37: is used or dead, never both, when the factor is turned off at the same moment', async () => {
    await target.clock.freezeMidStep();
    await repeat(ROUNDS, async () => {
      const { victim, token } = await aTrusted();
      const answers = await Promise.all([
        login(victim, token),
        victim.post<Trusting>('/auth/2fa/disable', { code: victim.code, password: victim.password }),
      ]);

      expect(faults(answers)).toEqual([]);
      expect((await victim.rows()).active).toBeNull();
    });
  });
});
