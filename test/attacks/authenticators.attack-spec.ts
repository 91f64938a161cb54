import { Phone } from 'nestjs-two-factor/testing';
import { describe, expect, it } from 'vitest';
import {
  ROUNDS,
  Tally,
  accepted,
  countVerdicts,
  faults,
  repeat,
  settled,
  together,
  useTarget,
  verdictOf,
} from '../support/attack.js';
import type { Answer } from '../support/client.js';
import { type SeededPhone, type Victim, seedPhones, seedTwin, seedVictim } from '../support/victims.js';

const target = useTarget();
const WRONG = '422 TWO_FACTOR_CODE_INVALID';
const LOCKED = '429 TWO_FACTOR_LOCKED';
const DAY_SECONDS = 86_400;

interface Stored {
  readonly id: string;
  readonly lastUsedStep: number;
}

async function authenticatorsOf({ id }: Victim): Promise<Stored[]> {
  return target.query<Stored & Record<string, unknown>>(
    'SELECT id, last_used_step::int AS "lastUsedStep" FROM two_factor_secrets WHERE user_id = $1 ORDER BY created_at, id',
    [id],
  );
}

function remove(victim: Victim, { id, phone }: SeededPhone): Promise<Answer> {
  return victim.post(`/auth/2fa/authenticators/${id}/remove`, { code: phone.code() });
}

/** A code that none of the phones shows for some minutes either way. */
function wrongForAll(phones: readonly SeededPhone[]): string {
  const near = new Set(
    phones.flatMap(({ phone }) =>
      Array.from({ length: 41 }, (_, index) => phone.code({ steps: index - 20 })),
    ),
  );
  return Array.from({ length: near.size + 1 }, (_, guess) => String(guess).padStart(6, '0')).find(
    (guess) => !near.has(guess),
  )!;
}

describe('authenticators that are removed', () => {
  it.each([2, 3])('invariant 31: all %i at once, leave one', async (count) => {
    await target.clock.freezeMidStep();
    const tally = new Tally(`invariant 31: each of ${count} authenticators removes another at once`);

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target);
      const phones = await seedPhones(target, victim, count - 1);

      // Each is proved by the one before it: no removal takes the proof of itself away.
      const answers = await together(count, (index) =>
        remove(victim, { id: phones[index]!.id, phone: phones[(index + 1) % count]!.phone }),
      );

      expect(faults(answers)).toEqual([]);
      const left = await authenticatorsOf(victim);
      expect(left.length).toBeGreaterThanOrEqual(1);
      expect(accepted(settled(answers))).toHaveLength(count - left.length);
      const last = phones.find(({ id }) => id === left[0]?.id);
      await target.clock.advance({ seconds: 30 });
      expect(verdictOf(await victim.use('setup', { code: last!.phone.code(), replaces: last!.id }))).toBe(
        '200',
      );
      tally.add(answers);
    });
    tally.write();
  });

  it('invariant 31: the last but one, while the factor is turned off, leave all of it or nothing', async () => {
    await target.clock.freezeMidStep();
    const tally = new Tally('invariant 31: one authenticator removed while another turns it off');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target);
      const [first, second] = await seedPhones(target, victim, 1);

      const answers = await Promise.all([
        remove(victim, { id: first!.id, phone: second!.phone }),
        victim.post('/auth/2fa/disable', { code: first!.phone.code() }),
      ]);

      expect(faults(answers)).toEqual([]);
      expect(accepted(answers)).toHaveLength(1);
      const { active, unspent } = await victim.rows();
      const isOff = verdictOf(answers[1]) === '200';
      expect({ left: (await authenticatorsOf(victim)).length, has: active !== null, unspent }).toEqual(
        isOff ? { left: 0, has: false, unspent: 0 } : { left: 1, has: true, unspent: 10 },
      );
      tally.add(answers);
    });
    tally.write();
  });
});

describe('authenticators that are added', () => {
  it('invariant 31: three at once to an account of two, are one', async () => {
    await target.clock.freezeMidStep();
    const tally = new Tally('invariant 31: the third and the fourth phone at once');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target);
      await seedPhones(target, victim, 1);

      const answers = await together(3, async (index) => {
        const proof = { backupCode: victim.backupCodes[index], add: true };
        const setup = await victim.post('/auth/2fa/setup', proof);
        if (setup.status !== 200) {
          return [setup];
        }
        const phone = Phone.of(String(setup.data['otpauthUri']), target.clock);
        return [await victim.post('/auth/2fa/enable', { code: phone.code() })];
      });

      expect(faults(answers.flat())).toEqual([]);
      expect(accepted(answers.flat())).toHaveLength(1);
      expect(await authenticatorsOf(victim)).toHaveLength(3);
      tally.add(answers.flat());
    });
    tally.write();
  });

  it('invariant 31: one setup confirmed 20 times at once, is one', async () => {
    await target.clock.freezeMidStep();
    const tally = new Tally('invariant 31: one more phone confirmed 20 times at once');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target);
      const { phone } = await victim.scan({ code: victim.code, add: true });

      const answers = await together(20, () => victim.post('/auth/2fa/enable', { code: phone.code() }));

      expect(faults(answers)).toEqual([]);
      expect(accepted(answers)).toHaveLength(1);
      expect(await authenticatorsOf(victim)).toHaveLength(2);
      tally.add(answers);
    });
    tally.write();
  });
});

describe('a guess at several authenticators', () => {
  it.each([
    { count: 1, looked: 20, rest: 0 },
    { count: 2, looked: 10, rest: 0 },
    { count: 3, looked: 6, rest: 2 },
  ])('invariant 30: is looked at $looked times a day, of $count', async ({ count, looked, rest }) => {
    await target.clock.freezeMidStep();
    const tally = new Tally(`invariant 30: a day of bursts of guesses at ${count} authenticators`);
    const victim = await seedVictim(target);
    const phones = await seedPhones(target, victim, count - 1);
    const begin = target.clock.now().getTime();
    const guesses = (from: object = {}): Promise<Answer[]> =>
      together(8, () => {
        const proof = { code: wrongForAll(phones), password: victim.password, ...from };
        return victim.post('/auth/2fa/disable', proof);
      });
    /** Bursts at the end of every delay, until the next one would be another day. */
    const aDayOf = async (from: object): Promise<number> => {
      let seen = 0;
      for (;;) {
        const answers = await guesses(from);
        expect(faults(answers)).toEqual([]);
        seen += countVerdicts(answers)[WRONG] ?? 0;
        tally.add(answers);
        const seconds = answers.find((answer) => verdictOf(answer) === LOCKED)!.headers.get('retry-after');
        if (target.clock.now().getTime() + Number(seconds) * 1000 - begin >= DAY_SECONDS * 1000) {
          return seen;
        }
        await target.clock.advance({ seconds: Number(seconds) });
      }
    };

    expect(await aDayOf({})).toBe(looked);
    // What is left has room for a guess at one of them only.
    expect(await aDayOf({ authenticatorId: phones[0]!.id })).toBe(rest);
    expect((await victim.rows()).attempts['totp']?.failed).toBe(20);
    tally.write();
  });

  it('invariant 30: 50 at once, over three calls, are charged to all of them', async () => {
    await target.clock.freezeMidStep();
    const tally = new Tally('invariant 30: 50 guesses at three authenticators at once');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target, { challenges: 10 });
      const phones = await seedPhones(target, victim, 2);
      const code = wrongForAll(phones);

      const answers = await together(50, (index) =>
        victim.use(
          (['verify', 'backup-codes', 'disable'] as const)[index % 3]!,
          { code },
          { challenge: index },
        ),
      );

      expect(faults(answers)).toEqual([]);
      expect(countVerdicts(settled(answers))[WRONG]).toBe(5);
      expect((await victim.rows()).attempts).toEqual({ totp: { inARow: 5, failed: 15 } });
      tally.add(answers);
    });
    tally.write();
  });
});

describe('a code that fits two authenticators', () => {
  it('invariant 30: works once, whichever of them 50 at once name', async () => {
    await target.clock.freezeMidStep();
    const tally = new Tally('invariant 30: one code of two authenticators 50 times at once');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target, { challenges: 5 });
      const phones = await seedPhones(target, victim, 1);
      await seedTwin(target, victim, phones);
      const named = [{}, { authenticatorId: phones[0]!.id }, { authenticatorId: phones[1]!.id }] as const;

      const answers = await together(50, (index) =>
        target.call('/auth/2fa/verify', {
          body: { challengeToken: victim.challenges[index % 5], code: victim.code, ...named[index % 3] },
        }),
      );

      expect(faults(answers)).toEqual([]);
      expect(accepted(answers)).toHaveLength(1);
      const step = Math.floor(target.clock.now().getTime() / 30_000);
      expect((await authenticatorsOf(victim)).map(({ lastUsedStep }) => lastUsedStep)).toEqual([step, step]);
      tally.add(answers);
    });
    tally.write();
  });
});
