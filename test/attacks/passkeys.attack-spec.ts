import { SoftPasskey } from 'nestjs-two-factor/testing';
import { describe, expect, it } from 'vitest';
import {
  ROUNDS,
  Tally,
  accepted,
  countVerdicts,
  faults,
  repeat,
  shuffled,
  together,
  useTarget,
  verdictOf,
} from '../support/attack.js';
import type { Answer } from '../support/client.js';
import { seedFailures } from '../support/seed.js';
import { type Victim, seedVictim } from '../support/victims.js';

const target = useTarget();
const ORIGIN = 'https://app.example.com';
const INVALID = '422 TWO_FACTOR_PASSKEY_INVALID';
const GONE = '401 TWO_FACTOR_CHALLENGE_INVALID';

interface Options {
  readonly publicKey: Parameters<SoftPasskey['create']>[0] & Parameters<SoftPasskey['get']>[0];
}

function good<Data>(answer: Answer<Data>): Data {
  expect(verdictOf(answer)).toBe('200');
  return answer.data;
}

/** A victim with a phone and a passkey, added with a backup code: the phone's code is still to be used. */
async function withPasskey({ challenges = 1 } = {}): Promise<{ victim: Victim; passkey: SoftPasskey }> {
  const victim = await seedVictim(target, { challenges });
  const passkey = new SoftPasskey(ORIGIN);
  const open = victim.challenges.length;
  await addPasskey(victim, passkey, { backupCode: victim.backupCodes.at(-1) });
  // The proof has ended the challenges.
  victim.challenges = [];
  for (let opened = 0; opened < open; opened += 1) {
    await victim.openChallenge();
  }
  return { victim, passkey };
}

async function addPasskey(victim: Victim, passkey: SoftPasskey, proof: object): Promise<void> {
  const { publicKey } = good(await victim.post<Options>('/auth/2fa/passkeys/options', proof));
  good(await victim.post('/auth/2fa/passkeys', { response: passkey.create(publicKey) }));
}

async function optionsOf(challengeToken: string): Promise<Options['publicKey']> {
  const answer = await target.call<Options>('/auth/2fa/verify/options', { body: { challengeToken } });
  return good(answer).publicKey;
}

async function proofOf(victim: Victim, passkey: SoftPasskey): Promise<object> {
  const { publicKey } = good(await victim.post<Options>('/auth/2fa/passkeys/challenge'));
  return { passkey: passkey.get(publicKey) };
}

function verify(challengeToken: string, passkey: unknown): Promise<Answer> {
  return target.call('/auth/2fa/verify', { body: { challengeToken, passkey } });
}

async function passkeysOf({ id }: Victim): Promise<{ counter: number }[]> {
  return target.query('SELECT counter::int FROM two_factor_passkeys WHERE user_id = $1', [id]);
}

/** Copies the victim's passkey under other ids, until there are so many. */
async function fillUpTo(count: number, { id }: Victim): Promise<void> {
  await target.query(
    `INSERT INTO two_factor_passkeys SELECT user_id, gen_random_uuid(), name, n::text::bytea, public_key, counter, transports,
      backup_eligible, backed_up, aaguid, rp_id, NULL, created_at FROM two_factor_passkeys, generate_series(2, $2::int) n
      WHERE user_id = $1`,
    [id, count],
  );
}

describe('one assertion', () => {
  it('invariant 32: used 50 times at once over two processes, signs in once', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 32: one assertion 50 times at once');

    await repeat(ROUNDS, async () => {
      const { victim, passkey } = await withPasskey();
      const [token = ''] = victim.challenges;
      const assertion = passkey.get(await optionsOf(token));
      const before = (await victim.rows()).sessions.length;

      const answers = await together(50, () => verify(token, assertion));

      expect(faults(answers)).toEqual([]);
      expect(accepted(answers)).toHaveLength(1);
      expect(Object.keys(countVerdicts(answers)).toSorted()).toEqual(['200', GONE]);
      expect((await victim.rows()).sessions).toHaveLength(before + 1);
      expect(await passkeysOf(victim)).toEqual([{ counter: 1 }]);
      tally.add(answers);
    });
    tally.write();
  });

  it('invariant 32: a wrong one 50 times at once spends its challenge, and the right one is too late', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 32: a wrong assertion 50 times at once');

    await repeat(ROUNDS, async () => {
      const { victim, passkey } = await withPasskey();
      const [token = ''] = victim.challenges;
      const publicKey = await optionsOf(token);
      const wrong = passkey.get(publicKey, { isForged: true });
      const { attempts } = await victim.rows();

      const answers = await together(50, () => verify(token, wrong));
      const late = await verify(token, passkey.get(publicKey));

      expect(faults(answers)).toEqual([]);
      // Five answers a challenge, whatever was wrong with each.
      expect(countVerdicts(answers)).toEqual({ [INVALID]: 5, [GONE]: 45 });
      expect(verdictOf(late)).toBe(GONE);
      expect((await victim.rows()).attempts).toEqual(attempts);
      tally.add([...answers, late]);
    });
    tally.write();
  });

  it('invariant 32: proves once, over the calls that change factors', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 32: one assertion 20 times at once in signed-in calls');

    await repeat(ROUNDS, async () => {
      const { victim, passkey } = await withPasskey();
      const proof = await proofOf(victim, passkey);
      const paths = shuffled(
        Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'disable' : 'setup')),
      );

      const answers = await together(20, (index) => victim.post(`/auth/2fa/${paths[index]}`, proof));

      expect(faults(answers)).toEqual([]);
      expect(accepted(answers)).toHaveLength(1);
      expect(await target.query('SELECT FROM two_factor_ceremonies WHERE user_id = $1', [victim.id])).toEqual(
        [],
      );
      tally.add(answers);
    });
    tally.write();
  });

  it('invariant 34: two of one counter at once, in two sign-ins, are one success', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 34: one counter twice at once');

    await repeat(ROUNDS, async () => {
      const { victim, passkey } = await withPasskey({ challenges: 5 });
      const asked = await Promise.all(
        victim.challenges.map(async (token) => ({ token, publicKey: await optionsOf(token) })),
      );
      const assertions = asked.map(({ token, publicKey }) => ({
        token,
        assertion: passkey.get(publicKey, { counter: 7 }),
      }));

      const answers = await Promise.all(assertions.map(({ token, assertion }) => verify(token, assertion)));

      expect(faults(answers)).toEqual([]);
      expect(accepted(answers)).toHaveLength(1);
      expect(await passkeysOf(victim)).toEqual([{ counter: 7 }]);
      tally.add(answers);
    });
    tally.write();
  });
});

describe('options that are drawn', () => {
  it('invariant 32: twice, make the first ones void, also when an answer is under way', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 32: options drawn while they are answered');

    await repeat(ROUNDS, async () => {
      const { victim, passkey } = await withPasskey();
      const [token = ''] = victim.challenges;
      const first = passkey.get(await optionsOf(token));

      const [answer, ...drawn] = await Promise.all([
        verify(token, first),
        ...Array.from({ length: 5 }, () =>
          target.call('/auth/2fa/verify/options', { body: { challengeToken: token } }),
        ),
      ]);

      expect(faults([answer, ...drawn])).toEqual([]);
      expect(['200', INVALID]).toContain(verdictOf(answer));
      expect(accepted([await verify(token, first)])).toEqual([]);
      tally.add([answer, ...drawn]);
    });
    tally.write();
  });

  it('invariant 33: are for one session and one account', async () => {
    await target.clock.run();
    const { victim, passkey } = await withPasskey();
    const other = await withPasskey();
    const proof = await proofOf(victim, passkey);

    const byOther = await other.victim.post('/auth/2fa/disable', proof);
    const inOther = await target.call('/auth/2fa/verify', {
      body: { challengeToken: other.victim.challenges[0], ...proof },
    });

    expect([byOther, inOther].map(verdictOf)).toEqual([INVALID, INVALID]);
    expect(verdictOf(await victim.post('/auth/2fa/disable', proof))).toBe('200');
  });
});

describe('passkeys of an account', () => {
  it('are no more by answering the same options 20 times at once', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 32: one set of options for the tenth passkey 20 times at once');

    await repeat(ROUNDS, async () => {
      const { victim, passkey } = await withPasskey();
      await fillUpTo(9, victim);
      const proof = await proofOf(victim, passkey);
      const { publicKey } = good(await victim.post<Options>('/auth/2fa/passkeys/options', proof));

      const answers = await together(20, () =>
        victim.post('/auth/2fa/passkeys', { response: new SoftPasskey(ORIGIN).create(publicKey) }),
      );

      expect(faults(answers)).toEqual([]);
      expect(accepted(answers)).toHaveLength(1);
      expect(await passkeysOf(victim)).toHaveLength(10);
      tally.add(answers);
    });
    tally.write();
  });
});

describe('an eleventh passkey', () => {
  it('invariant 33: comes by none of five that are added at once, nor later', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 33: the tenth and the eleventh passkey at once, each with its proof');

    await repeat(ROUNDS, async () => {
      const { victim } = await withPasskey();
      await fillUpTo(9, victim);
      const add = async (code: number): Promise<Answer> => {
        const proof = { backupCode: victim.backupCodes[code] };
        const asked = await victim.post<Options>('/auth/2fa/passkeys/options', proof);
        if (asked.status !== 200) {
          return { ...asked, data: {} };
        }
        const response = new SoftPasskey(ORIGIN).create(asked.data.publicKey);
        return victim.post('/auth/2fa/passkeys', { response });
      };

      // Each draw makes the one before it void, and an answer to that spends what is there: often none comes through.
      const answers = await together(5, add);
      const stored = await passkeysOf(victim);
      const later = [await add(5), await add(6)];

      expect(faults([...answers, ...later])).toEqual([]);
      expect(accepted(answers).length).toBeLessThanOrEqual(1);
      expect(stored).toHaveLength(9 + accepted(answers).length);
      expect(accepted(later)).toHaveLength(10 - stored.length);
      expect(verdictOf(later[1]!)).toBe('409 TWO_FACTOR_TOO_MANY_AUTHENTICATORS');
      expect(await passkeysOf(victim)).toHaveLength(10);
      tally.add([...answers, ...later]);
    });
    tally.write();
  });
});

describe('somebody with only the password', () => {
  it('invariant 35: locks no passkey, and the owner signs in at once', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 35: wrong assertions by somebody with the password');

    await repeat(ROUNDS, async () => {
      const { victim, passkey } = await withPasskey();
      const thief = new SoftPasskey(ORIGIN);
      const { attempts } = await victim.rows();
      const wrong: Answer[] = [];
      for (let signIn = 0; signIn < 10; signIn += 1) {
        const token = await victim.openChallenge();
        const publicKey = await optionsOf(token);
        thief.create({ rp: { id: publicKey.rpId }, user: { id: 'AAAA' }, challenge: 'AAAA' });
        wrong.push(
          ...(await together(10, () =>
            verify(token, thief.get(publicKey, { id: passkey.id, userHandle: null })),
          )),
        );
      }

      const token = await victim.openChallenge();
      const answer = await verify(token, passkey.get(await optionsOf(token)));

      expect(accepted(wrong)).toEqual([]);
      expect(Object.keys(countVerdicts(wrong)).toSorted()).toEqual([GONE, INVALID]);
      expect(verdictOf(answer)).toBe('200');
      expect((await victim.rows()).attempts).toEqual(attempts);
      tally.add([...wrong, answer]);
    });
    tally.write();
  });

  it('invariant 35: locks the phone, and the passkey goes on working', async () => {
    await target.clock.freezeMidStep();
    const { victim, passkey } = await withPasskey();
    const at = target.clock.now();
    await seedFailures(target, [victim.id], {
      method: 'totp',
      failedAt: Array.from({ length: 20 }, () => at),
    });
    const [token = ''] = victim.challenges;

    const byCode = await victim.verify({ code: victim.code });
    const byPasskey = await verify(token, passkey.get(await optionsOf(token)));

    expect([byCode, byPasskey].map(verdictOf)).toEqual(['429 TWO_FACTOR_LOCKED', '200']);
  });
});
