import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  ROUNDS,
  Tally,
  accepted,
  faults,
  repeat,
  shuffled,
  together,
  useTarget,
  verdictOf,
} from '../support/attack.js';
import { forgetFailures } from '../support/seed.js';
import { type Endpoint, seedVictim, seedVictims } from '../support/victims.js';

const target = useTarget();
const ENDPOINTS: readonly Endpoint[] = ['verify', 'backup-codes', 'disable', 'setup'];

// A step that ever goes back is written down by the database itself.
beforeAll(async () => {
  await target.query('CREATE TABLE steps_back (id uuid, was bigint, became bigint)');
  await target.query(`CREATE FUNCTION note_step_back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.id = OLD.id AND NEW.last_used_step < OLD.last_used_step THEN
      INSERT INTO steps_back VALUES (OLD.id, OLD.last_used_step, NEW.last_used_step);
    END IF; RETURN NULL; END $$`);
  await target.query(
    'CREATE TRIGGER note_step_back AFTER UPDATE ON two_factor_secrets FOR EACH ROW EXECUTE FUNCTION note_step_back()',
  );
});
afterEach(async () => {
  const stepsBack = await target.query('SELECT * FROM steps_back');
  if (stepsBack.length > 0) {
    throw new Error(`last_used_step went back: ${JSON.stringify(stepsBack)}`);
  }
});

describe('one-time codes', () => {
  it('invariant 1: one code, 50 times at once over five challenges and every endpoint, is accepted once', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 1: one code over five challenges and four endpoints');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target, { challenges: 5 });
      const code = victim.code;
      const uses = shuffled(Array.from({ length: 50 }, (_, index) => index));

      const answers = await together(50, (index) =>
        victim.use(ENDPOINTS[uses[index]! % 4]!, { code }, { challenge: index }),
      );

      expect(faults(answers)).toEqual([]);
      expect(accepted(answers)).toHaveLength(1);
      const { events } = await victim.rows();
      expect(events.filter((event) => event.includes('success'))).toHaveLength(1);
      tally.add(answers);
    });
    tally.write();
  });

  it('invariant 1: one code, at all endpoints at once and within the free attempts, is accepted once', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 1: one code at four endpoints at once, no budget in the way');

    await repeat(ROUNDS, async () => {
      const victims = await seedVictims(target, 2, { challenges: 1 });

      const answers = await Promise.all(
        victims.map((victim) => {
          const code = victim.code;
          return Promise.all(shuffled(ENDPOINTS).map((endpoint) => victim.use(endpoint, { code })));
        }),
      );

      expect(faults(answers.flat())).toEqual([]);
      expect(answers.map((ofOne) => accepted(ofOne).length)).toEqual(victims.map(() => 1));
      tally.add(answers.flat());
    });
    tally.write();
  });

  it('invariant 1: codes of three steps at once move the last used step forward only', async () => {
    const tally = new Tally('invariant 1: codes of three neighbouring steps at once');
    await target.clock.freezeMidStep();
    const step = Math.floor(target.clock.now().getTime() / 30_000);

    await repeat(ROUNDS, async () => {
      const victims = await seedVictims(target, 4);

      const answers = await Promise.all(
        victims.map((victim) =>
          Promise.all(
            shuffled([-1, 0, 1]).map(async (steps) => ({
              steps,
              answer: await victim.use('setup', { code: victim.phone.code({ steps }) }),
            })),
          ),
        ),
      );

      for (const [index, ofOne] of answers.entries()) {
        expect(faults(ofOne.map(({ answer }) => answer))).toEqual([]);
        const taken = ofOne.filter(({ answer }) => answer.status === 200).map(({ steps }) => steps);
        // The latest of the three is later than whatever else was used, so it is always taken.
        expect(Math.max(...taken)).toBe(1);
        expect((await victims[index]!.rows()).active?.lastUsedStep).toBe(step + 1);
      }
      tally.add(answers.flat().map(({ answer }) => answer));
    });
    tally.write();
  });

  it('invariant 1: a step older than the last used one is refused, as replayed', async () => {
    await target.clock.freezeMidStep();
    const victim = await seedVictim(target);
    expect((await victim.use('setup', { code: victim.phone.code({ steps: 1 }) })).status).toBe(200);

    for (const steps of [1, 0, -1]) {
      const answer = await victim.use('setup', { code: victim.phone.code({ steps }) });
      expect(verdictOf(answer)).toBe('422 TWO_FACTOR_CODE_INVALID');
    }

    expect((await victim.rows()).events.slice(-3)).toEqual(
      Array.from({ length: 3 }, () => 'setup_started failure totp replayed'),
    );
  });

  it('invariant 1: the code that confirms a setup is spent by it', async () => {
    await target.clock.freezeMidStep();
    const tally = new Tally('invariant 1: the code of enable, 50 times again');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target, { isEnabled: false });
      const { phone } = await victim.scan();
      const enabled = await victim.post<{ accessToken: string }>('/auth/2fa/enable', { code: phone.code() });
      expect(enabled.status).toBe(200);
      await victim.openChallenge();

      const answers = await together(50, (index) =>
        index % 2 === 0
          ? victim.verify({ code: phone.code() })
          : victim.post('/auth/2fa/disable', { code: phone.code() }, { token: enabled.data.accessToken }),
      );

      expect(faults(answers)).toEqual([]);
      expect(accepted(answers)).toEqual([]);
      tally.add(answers);
    });
    tally.write();
  });

  it.each([31, 59])('invariant 1: a code replayed %i seconds later is refused', async (seconds) => {
    const tally = new Tally(`invariant 1: a code replayed ${seconds} s later`);

    await repeat(ROUNDS, async () => {
      // At the very start of a step, so that 59 s later the code is still within the drift.
      await target.clock.freeze(new Date(Math.ceil(target.clock.now().getTime() / 30_000) * 30_000));
      const victim = await seedVictim(target, { challenges: 1 });
      const code = victim.code;
      expect((await victim.verify({ code })).status).toBe(200);
      await target.clock.advance({ seconds });
      expect(victim.phone.code({ steps: -1 })).toBe(code);
      await victim.openChallenge();

      const answers = await together(4, () => victim.use('verify', { code }, { challenge: 1 }));

      expect(answers.map(verdictOf)).toEqual(answers.map(() => '422 TWO_FACTOR_CODE_INVALID'));
      expect((await victim.rows()).events.at(-1)).toBe('challenge_answered failure totp replayed');
      tally.add(answers);
    });
    tally.write();
  });

  it.each([
    { steps: -2, status: 422 },
    { steps: -1, status: 200 },
    { steps: 0, status: 200 },
    { steps: 1, status: 200 },
    { steps: 2, status: 422 },
  ])(
    'invariant 4: a code of step $steps answers $status, from the first to the last second',
    async ({ steps, status }) => {
      for (const second of [0, 15, 29.999]) {
        const start = Math.ceil(target.clock.now().getTime() / 30_000) * 30_000;
        await target.clock.freeze(new Date(start + second * 1000));
        const victim = await seedVictim(target, { challenges: 1 });

        const answer = await victim.verify({ code: victim.phone.code({ steps }) });

        expect(answer.status).toBe(status);
        expect((await victim.rows()).sessions).toHaveLength(status === 200 ? 2 : 1);
      }
    },
  );
});

describe('backup codes', () => {
  it('invariant 2: one code, 50 times at once over five challenges and two endpoints, is accepted once', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 2: one backup code over five challenges and two endpoints');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target, { challenges: 5 });
      const [backupCode = ''] = victim.backupCodes;

      const answers = await together(50, (index) =>
        victim.use(index % 3 === 0 ? 'setup' : 'verify', { backupCode }, { challenge: index }),
      );

      expect(faults(answers)).toEqual([]);
      expect(accepted(answers)).toHaveLength(1);
      expect(await victim.rows()).toMatchObject({ codes: 10, unspent: 9 });
      tally.add(answers);
    });
    tally.write();
  });

  it('invariant 2: one code, four times at once and within the free attempts, is accepted once', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 2: one backup code four times at once, no budget in the way');

    await repeat(ROUNDS, async () => {
      const victims = await seedVictims(target, 2, { challenges: 2 });

      const answers = await Promise.all(
        victims.map(({ backupCodes: [backupCode = ''] }, index) =>
          together(4, (use) =>
            victims[index]!.use(use % 2 === 0 ? 'setup' : 'verify', { backupCode }, { challenge: use >> 1 }),
          ),
        ),
      );

      expect(faults(answers.flat())).toEqual([]);
      expect(answers.map((ofOne) => accepted(ofOne).length)).toEqual(victims.map(() => 1));
      tally.add(answers.flat());
    });
    tally.write();
  });

  it('invariant 2: each of ten codes is accepted once, in any spelling', async () => {
    await target.clock.run();
    const victim = await seedVictim(target);

    for (const [index, backupCode] of victim.backupCodes.entries()) {
      const spelling = index % 2 === 0 ? backupCode.toLowerCase().replaceAll('-', ' ') : backupCode;
      expect((await victim.use('setup', { backupCode: spelling })).status).toBe(200);
      expect((await victim.use('setup', { backupCode })).status).toBe(422);
    }

    expect(await victim.rows()).toMatchObject({ codes: 10, unspent: 0 });
  });
});

describe("another user's codes", () => {
  it("invariant 3: another user's code is refused and not consumed", async () => {
    await target.clock.freezeMidStep();
    const tally = new Tally("invariant 3: another user's one-time code and backup code");

    await repeat(ROUNDS, async () => {
      const [owner, other] = await seedVictims(target, 2, { challenges: 2 });
      const proofs = [{ code: owner!.code }, { backupCode: owner!.backupCodes[0]! }];

      const answers = await Promise.all(
        proofs.flatMap((proof) => [other!.use('verify', proof), other!.use('setup', proof)]),
      );

      expect(answers.map(verdictOf)).toEqual(answers.map(() => '422 TWO_FACTOR_CODE_INVALID'));
      expect(await owner!.rows()).toMatchObject({ unspent: 10, challenges: 2, events: [] });
      expect((await owner!.rows()).attempts).toEqual({});
      expect((await owner!.use('setup', proofs[1]!)).status).toBe(200);
      await forgetFailures(target, owner!.id);
      expect((await owner!.use('setup', proofs[0]!)).status).toBe(200);
      tally.add(answers);
    });
    tally.write();
  });
});
