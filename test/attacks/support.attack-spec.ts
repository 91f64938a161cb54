import { describe, expect, it } from 'vitest';
import { ROUNDS, Tally, faults, repeat, together, useTarget } from '../support/attack.js';
import type { Answer } from '../support/client.js';
import { type Victim, seedVictim } from '../support/victims.js';

const target = useTarget();
const DAY = 86_400;
const reason = 'ticket 4711';
const RESETS = '/admin/2fa/resets';

interface Reset extends Record<string, unknown> {
  readonly id: string;
  readonly resetCode: string;
}

async function aClerk(): Promise<Victim> {
  const clerk = await seedVictim(target);
  await target.query(`UPDATE users SET role = 'support' WHERE id = $1`, [clerk.id]);
  await signIn(clerk);
  return clerk;
}

const tokens = new Map<string, string>();

/** With a factor, so that the desk lets in. */
async function signIn(person: Victim): Promise<number> {
  const challengeToken = await person.openChallenge();
  const body = { challengeToken, code: person.code };
  const { status, data } = await target.call<{ accessToken?: string }>('/auth/2fa/verify', { body });
  tokens.set(person.id, data?.accessToken ?? '');
  return status;
}

function desk<Data = Reset>({ id }: Victim, path: string, body: object): Promise<Answer<Data>> {
  return target.call<Data>(path, { body, token: tokens.get(id) });
}

const ask = (clerk: Victim, { id: userId }: Victim): Promise<Answer<Reset>> =>
  desk(clerk, RESETS, { userId, reason });
const approve = (clerk: Victim, id: string): Promise<Answer<Reset>> =>
  desk(clerk, `${RESETS}/${id}/approve`, { reason });
const recover = ({ email, password }: Victim, resetCode: string): Promise<Answer> =>
  target.call('/auth/2fa/recovery', { body: { email, password, resetCode } });

async function resetOf({ id }: Victim): Promise<Record<string, unknown> | undefined> {
  const [row] = await target.query('SELECT * FROM two_factor_resets WHERE user_id = $1', [id]);
  return row;
}

describe('a reset by support', () => {
  it('invariant 41: approved by ten at once, the one who asked among them, over two processes, has one code', async () => {
    const tally = new Tally('a reset approved ten times at once');
    await target.clock.freezeMidStep();
    const clerks = await Promise.all(Array.from({ length: 4 }, () => aClerk()));
    const [first] = clerks;
    if (first === undefined) {
      throw new Error('There are four');
    }
    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target);
      const { id } = (await ask(first, victim)).data;
      let next = 0;

      const answers = await together(12, () => approve(clerks[next++ % clerks.length] ?? first, id));

      tally.add(answers);
      expect(faults(answers)).toEqual([]);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const reset = await resetOf(victim);
      expect(reset?.['approved_by']).not.toBe(first.id);
      expect(reset?.['approved_by']).not.toBe(victim.id);
    });
    tally.write();
  });

  it('invariant 41: cancelled and approved at once is dead, whoever came first', async () => {
    await target.clock.freezeMidStep();
    const [asks, approves] = [await aClerk(), await aClerk()];
    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target);
      const { id } = (await ask(asks, victim)).data;
      let turn = 0;

      const answers = await together(8, () =>
        turn++ % 2 === 0 ? approve(approves, id) : desk(asks, `${RESETS}/${id}/cancel`, { reason }),
      );

      expect(faults(answers)).toEqual([]);
      expect(await resetOf(victim)).toMatchObject({ outcome: 'cancelled' });
      const code = answers.map(({ data }) => data?.resetCode).find((given) => given !== undefined);
      await target.clock.advance({ seconds: DAY });
      expect((await recover(victim, code ?? 'AAAAA-AAAAA-AAAAA')).status).toBe(422);
      await Promise.all([asks, approves].map(signIn));
    });
  });

  it('invariant 41: its code, given twenty times at once over two processes, opens one enrolment', async () => {
    const tally = new Tally('one code of support at once');
    await target.clock.freezeMidStep();
    const [asks, approves] = [await aClerk(), await aClerk()];
    const victim = await seedVictim(target);
    const { id } = (await ask(asks, victim)).data;
    const { resetCode } = (await approve(approves, id)).data;
    expect((await recover(victim, resetCode)).status).toBe(422);
    await target.clock.advance({ seconds: DAY });

    const answers = await together(20, () => recover(victim, resetCode));

    tally.add(answers);
    tally.write();
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('invariant 9: its code is guessed at 20 times in 24 hours, whatever the process', async () => {
    const tally = new Tally('guesses at a code of support');
    await target.clock.freezeMidStep();
    const [asks, approves] = [await aClerk(), await aClerk()];
    const victim = await seedVictim(target);
    await approve(approves, (await ask(asks, victim)).data.id);
    await target.clock.advance({ seconds: DAY });
    let looked = 0;
    for (let round = 0; round < 30; round += 1) {
      const answers = await together(4, () => recover(victim, 'AAAAA-AAAAA-AAAAA'));
      tally.add(answers);
      looked += answers.filter(({ status }) => status === 422).length;
      await target.clock.advance({ seconds: 901 });
    }
    tally.write();

    expect(looked).toBe(20);
    const [row] = await target.query<{ failed: number }>(
      `SELECT cardinality(failed_at) AS failed FROM two_factor_attempts WHERE user_id = $1 AND method = 'reset_code'`,
      [victim.id],
    );
    expect(row?.failed).toBe(20);
  });

  it('invariant 41: a sign-in of the owner amid its use leaves the owner’s factor, or the new one, and never none', async () => {
    await target.clock.freezeMidStep();
    const [asks, approves] = [await aClerk(), await aClerk()];
    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target);
      const { resetCode } = (await approve(approves, (await ask(asks, victim)).data.id)).data;
      await target.clock.advance({ seconds: DAY });

      const [given, signedIn] = await Promise.all([recover(victim, resetCode), signIn(victim)]);

      expect(signedIn).toBe(200);
      const token = given.data?.['enrolmentToken'];
      const setup = await target.call('/auth/2fa/enrolment/setup', {
        body: { enrolmentToken: typeof token === 'string' ? token : 'none' },
      });
      expect(setup.status).toBe(401);
      expect((await victim.rows()).active).not.toBeNull();
      await Promise.all([asks, approves].map(signIn));
    });
  });
});
