import { SoftPasskey } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Target, verdictOf } from '../support/attack.js';
import { type Answer, call } from '../support/client.js';
import { createDatabase } from '../support/database.js';
import { nobodyRuns, somebodyWaits } from '../support/locks.js';
import { HeldRows } from '../support/rows.js';
import type { ServerProcess } from '../support/server-process.js';
import { type Victim, seedVictim } from '../support/victims.js';

let target: Target;
beforeAll(async () => {
  target = new Target(await createDatabase());
  await target.startServer();
  await target.clock.run();
});
afterAll(() => target.close());

interface Options {
  readonly publicKey: Parameters<SoftPasskey['create']>[0] & Parameters<SoftPasskey['get']>[0];
}

async function optionsOf(answer: Promise<Answer<Options>>): Promise<Options['publicKey']> {
  const { data, status, text } = await answer;
  if (status !== 200) {
    throw new Error(`It answered ${status}: ${text}`);
  }
  return data.publicKey;
}

const creationOptions = (victim: Victim, code: number): ReturnType<typeof optionsOf> =>
  optionsOf(victim.post<Options>('/auth/2fa/passkeys/options', { backupCode: victim.backupCodes[code] }));

async function withPasskey(): Promise<{ victim: Victim; passkey: SoftPasskey }> {
  const victim = await seedVictim(target);
  const passkey = new SoftPasskey('https://app.example.com');
  const response = passkey.create(await creationOptions(victim, 0));
  expect(verdictOf(await victim.post('/auth/2fa/passkeys', { response }))).toBe('200');
  return { victim, passkey };
}

/** Sends a call to a process of its own, and kills that when the call has been checked and waits to be settled. */
async function killedBeforeItSettles(
  victim: Victim,
  send: (url: string) => Promise<Answer>,
): Promise<Answer | undefined> {
  const [witness] = target.servers as [ServerProcess];
  const doomed = await target.startServer();
  const held = await (await HeldRows.in(target.database)).account(victim.id);
  const answering = send(doomed.url).catch(() => undefined);
  await somebodyWaits(target.database);
  await doomed.kill();
  target.servers = [witness];
  const answer = await answering;
  await held.release();
  await nobodyRuns(target);
  return answer;
}

async function passkeysOf({ id }: Victim): Promise<{ counter: number }[]> {
  return target.query(
    'SELECT counter::int FROM two_factor_passkeys WHERE user_id = $1 ORDER BY created_at, id',
    [id],
  );
}

describe('kill -9 between the check of a passkey and the commit that settles it', () => {
  it.each(['right', 'wrong'] as const)(
    'invariant 32: of a %s assertion tells nobody, and leaves the whole attempt or none',
    async (which) => {
      const { victim, passkey } = await withPasskey();
      const challengeToken = await victim.openChallenge();
      const publicKey = await optionsOf(
        target.call<Options>('/auth/2fa/verify/options', { body: { challengeToken } }),
      );
      const assertion = passkey.get(publicKey, { isForged: which === 'wrong' });
      const before = await victim.rows();

      const answer = await killedBeforeItSettles(victim, (url) =>
        call(url, '/api/v1/auth/2fa/verify', { body: { challengeToken, passkey: assertion } }),
      );

      expect(answer).toBeUndefined();
      const { events, sessions, challenges, attempts } = await victim.rows();
      const isSettled = events.length > before.events.length;
      const told = `challenge_answered ${which === 'right' ? 'success passkey' : 'failure passkey signature'}`;
      const isIn = isSettled && which === 'right';
      expect({
        events: events.slice(before.events.length),
        sessions: sessions.length,
        challenges,
        attempts,
      }).toEqual({
        events: isSettled ? [told] : [],
        sessions: before.sessions.length + (isIn ? 1 : 0),
        challenges: isIn ? 0 : 1,
        attempts: before.attempts,
      });
      expect(await passkeysOf(victim)).toEqual([{ counter: isIn ? 1 : 0 }]);
      // What was not settled is still to be had, once; what was is spent, right or wrong.
      const again = await target.call('/auth/2fa/verify', { body: { challengeToken, passkey: assertion } });
      const isLeft = !isSettled && which === 'right';
      expect(again.status < 300).toBe(isLeft);
    },
  );

  it('invariant 32: of a new one adds the whole passkey or none, and its options are spent with it', async () => {
    const { victim } = await withPasskey();
    const publicKey = await creationOptions(victim, 1);
    const response = new SoftPasskey('https://app.example.com').create(publicKey);
    const before = await victim.rows();

    const answer = await killedBeforeItSettles(victim, (url) =>
      victim.post('/auth/2fa/passkeys', { response }, { url }),
    );

    expect(answer).toBeUndefined();
    const { events } = await victim.rows();
    const isSettled = events.length > before.events.length;
    expect(events.slice(before.events.length)).toEqual(
      isSettled ? ['authenticator_added success passkey'] : [],
    );
    expect(await passkeysOf(victim)).toHaveLength(isSettled ? 2 : 1);
    const again = await victim.post('/auth/2fa/passkeys', { response });
    expect(verdictOf(again)).toBe(isSettled ? '422 TWO_FACTOR_PASSKEY_INVALID' : '200');
    expect(await passkeysOf(victim)).toHaveLength(2);
  });
});
