import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import {
  type Target,
  ROUNDS,
  Tally,
  accepted,
  countVerdicts,
  faults,
  repeat,
  settled,
  shuffled,
  together,
  useTarget,
  verdictOf,
} from '../support/attack.js';
import type { Answer } from '../support/client.js';
import { forgetFailures, seedFailures } from '../support/seed.js';
import { type Endpoint, type Victim, seedChallenges, seedVictim, seedVictims } from '../support/victims.js';

const target = useTarget();
const ENDPOINTS: readonly Endpoint[] = ['verify', 'backup-codes', 'disable', 'setup'];
const WRONG = '422 TWO_FACTOR_CODE_INVALID';
const LOCKED = '429 TWO_FACTOR_LOCKED';
const DEAD = '401 TWO_FACTOR_CHALLENGE_INVALID';
const BUSY = '503 SERVICE_UNAVAILABLE';
const WRONG_BACKUP_CODE = '00000-00000-00000';

const DAY_SECONDS = 86_400;

function hoursAgo(hours: number): Date {
  return new Date(target.clock.now().getTime() - hours * 3_600_000);
}

/** A wrong code. The password comes with it, for the sign-in is not recent any more when days have passed. */
function guess(victim: Victim): Promise<Answer> {
  return victim.use('setup', { code: victim.phone.wrongCode(), password: victim.password });
}

/** Guesses until the account waits, and gives the seconds it says. */
async function retryAfterOf(victim: Victim): Promise<number> {
  const answer = await guess(victim);
  expect(verdictOf(answer)).toBe(LOCKED);
  return Number(answer.headers.get('retry-after'));
}

async function challengeAttempts(attacked: Target, victim: Victim): Promise<number[]> {
  const rows = await attacked.query<{ attempts: number }>(
    'SELECT attempts FROM two_factor_challenges WHERE user_id = $1 ORDER BY slot',
    [victim.id],
  );
  return rows.map(({ attempts }) => attempts);
}

describe('a challenge', () => {
  it('invariant 8: of 50 guesses at one challenge five are looked at, then it is dead for the right code too', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 8: 50 guesses by both methods at one challenge');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target, { challenges: 1 });

      // Two methods, for the budget of one would end the guessing first.
      const answers = await together(50, (index) =>
        victim.verify(
          index % 2 === 0 ? { code: victim.phone.wrongCode() } : { backupCode: WRONG_BACKUP_CODE },
        ),
      );

      expect(faults(answers)).toEqual([]);
      expect(countVerdicts(answers)[WRONG]).toBe(5);
      expect(await challengeAttempts(target, victim)).toEqual([5]);
      await forgetFailures(target, victim.id);
      expect(verdictOf(await victim.verify({ code: victim.code }))).toBe(DEAD);
      expect(verdictOf(await victim.verify({ backupCode: victim.backupCodes[0] }))).toBe(DEAD);
      expect(await victim.rows()).toMatchObject({ unspent: 10 });
      expect((await victim.rows()).attempts).toEqual({});
      tally.add(answers);
    });
    tally.write();
  });

  it('invariant 8: 50 sign-ins at once leave at most five open challenges', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 8: 50 sign-ins of one user at once');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target);

      const answers = await together(50, () => victim.login());

      expect(faults(answers)).toEqual([]);
      const signIns = settled(answers);
      expect(signIns.map(({ data }) => data['status'])).toEqual(signIns.map(() => 'two_factor_required'));
      expect(await victim.rows()).toMatchObject({ challenges: 5, sessions: [{ id: victim.session.id }] });
      tally.add(answers);
    });
    tally.write();
  });

  it('invariant 8: lives 300 seconds', async () => {
    await target.clock.freezeMidStep();
    const victim = await seedVictim(target);
    const early = await victim.openChallenge();
    const late = await victim.openChallenge();

    await target.clock.advance({ seconds: 300 });
    expect(verdictOf(await victim.verify({ challengeToken: early, code: victim.code }))).toBe(DEAD);
    await target.clock.advance({ seconds: -0.001 });
    expect(verdictOf(await victim.verify({ challengeToken: late, code: victim.code }))).toBe('200');
  });

  it('invariant 8: is used once, and ends with every other one on enable, disable, backup-codes and verify', async () => {
    await target.clock.freezeMidStep();
    const tally = new Tally('invariant 8: challenges after a code was accepted');

    for (const endpoint of ['verify', 'backup-codes', 'disable'] as const) {
      const victims = await seedVictims(target, ROUNDS, { challenges: 5 });
      for (const victim of victims) {
        expect((await victim.use(endpoint, { code: victim.code })).status).toBe(200);
        expect((await victim.rows()).challenges).toBe(0);

        const answers = await together(5, (challenge) =>
          victim.use('verify', { backupCode: victim.backupCodes[0]! }, { challenge }),
        );

        expect(answers.map(verdictOf)).toEqual(answers.map(() => DEAD));
        tally.add(answers);
      }
    }
    const replaced = await seedVictim(target, { challenges: 5 });
    const { phone } = await replaced.scan({ code: replaced.code });
    await seedChallenges(target, [replaced], 5);
    expect((await replaced.post('/auth/2fa/enable', { code: phone.code({ steps: 1 }) })).status).toBe(200);
    expect((await replaced.rows()).challenges).toBe(0);
    tally.write();
  });
});

describe('the budget of an account', () => {
  it('invariant 9: of 50 guesses over ten challenges, four endpoints and two processes five are charged', async () => {
    await target.clock.freezeMidStep();
    const tally = new Tally('invariant 9: 50 wrong codes over ten challenges and four endpoints');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target, { challenges: 10 });
      const code = victim.phone.wrongCode();

      const answers = await together(50, (index) =>
        victim.use(ENDPOINTS[index % 4]!, { code }, { challenge: index }),
      );

      expect(countVerdicts(settled(answers))).toEqual({ [WRONG]: 5, [LOCKED]: settled(answers).length - 5 });
      const locked = answers.filter(({ status }) => status === 429);
      expect(new Set(locked.map(({ headers }) => headers.get('retry-after')))).toEqual(new Set(['30']));
      const { attempts, events } = await victim.rows();
      expect(attempts).toEqual({ totp: { inARow: 5, failed: 5 } });
      expect(events.filter((event) => event.endsWith('wrong'))).toHaveLength(5);
      // Refusals one after another for one lock are one event.
      expect(events.filter((event) => event.endsWith('locked')).length).toBeGreaterThanOrEqual(1);
      // Locked is locked for the right code, too.
      expect(verdictOf(await victim.use('verify', { code: victim.code }))).toBe(LOCKED);
      tally.add(answers);
    });
    tally.write();
  });

  it('invariant 9: of 50 wrong backup codes over ten challenges and two endpoints five are charged', async () => {
    await target.clock.freezeMidStep();
    const tally = new Tally('invariant 9: 50 wrong backup codes over ten challenges and two endpoints');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target, { challenges: 10 });

      const answers = await together(50, (index) =>
        victim.use(
          index % 2 === 0 ? 'verify' : 'setup',
          { backupCode: WRONG_BACKUP_CODE },
          { challenge: index },
        ),
      );

      expect(countVerdicts(settled(answers))).toEqual({ [WRONG]: 5, [LOCKED]: settled(answers).length - 5 });
      expect((await victim.rows()).attempts).toEqual({ backup_code: { inARow: 5, failed: 5 } });
      tally.add(answers);
    });
    tally.write();
  });

  it('invariant 9: delays double from 30 to 900 seconds, to the second, and no burst gets past one', async () => {
    await target.clock.freezeMidStep();
    const tally = new Tally('invariant 9: bursts at the end of each delay, 20 failures in 24 hours');
    const victim = await seedVictim(target);
    const start = target.clock.now();
    await together(8, () => guess(victim));
    const delays = [30, 60, 120, 240, 480, ...Array.from({ length: 9 }, () => 900)];

    for (const delay of delays) {
      expect(await retryAfterOf(victim)).toBe(delay);
      await target.clock.advance({ seconds: delay - 0.001 });
      expect(await retryAfterOf(victim)).toBe(1);
      await target.clock.advance({ seconds: 0.001 });
      const answers = await together(10, () => guess(victim));
      tally.add(answers);
      expect(countVerdicts(answers)[WRONG] ?? 0).toBe(1);
    }
    // 5 + 14 failures; the twentieth is the last one of the day.
    await target.clock.advance({ seconds: 900 });
    expect(verdictOf(await guess(victim))).toBe(WRONG);
    expect((await victim.rows()).attempts['totp']).toEqual({ inARow: 20, failed: 20 });
    await target.clock.advance({ seconds: 900 });
    const untilDay = DAY_SECONDS - (target.clock.now().getTime() - start.getTime()) / 1000;
    expect(await retryAfterOf(victim)).toBe(untilDay);
    await target.clock.advance({ seconds: untilDay - 0.001 });
    expect(await retryAfterOf(victim)).toBe(1);
    await target.clock.advance({ seconds: 0.001 });
    const next = await together(10, () => guess(victim));
    expect(countVerdicts(next)).toEqual({ [WRONG]: 1, [LOCKED]: 9 });
    tally.write();
  });

  it('invariant 9: of 100 failures in 30 days none more is admitted, and a burst at the end gets exactly what is left', async () => {
    await target.clock.freezeMidStep();
    const tally = new Tally('invariant 9: bursts at the 100th failure in 30 days');

    await repeat(ROUNDS, async (round) => {
      const victim = await seedVictim(target);
      const left = round % 4;
      // One every seven hours, the youngest 25 hours old.
      const failedAt = Array.from({ length: 100 - left }, (_, index) =>
        hoursAgo(25 + 7 * index),
      ).toReversed();
      await seedFailures(target, [victim.id], { method: 'totp', failedAt });

      const answers = await together(10, () => victim.use('setup', { code: victim.phone.wrongCode() }));

      expect(countVerdicts(answers)[WRONG] ?? 0).toBe(left);
      const oldest = 25 * 3600 + (99 - left) * 7 * 3600;
      expect(await retryAfterOf(victim)).toBe(30 * DAY_SECONDS - oldest);
      expect(verdictOf(await victim.use('setup', { code: victim.code }))).toBe(LOCKED);
      tally.add(answers);
    });
    tally.write();
  });

  it('invariant 9: a success clears the delay and takes its own charge back, and leaves the failures of the windows', async () => {
    await target.clock.freezeMidStep();

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target);
      await together(3, () => victim.use('setup', { code: victim.phone.wrongCode() }));

      expect((await victim.use('setup', { code: victim.code })).status).toBe(200);

      expect((await victim.rows()).attempts['totp']).toEqual({ inARow: 0, failed: 3 });
      const answers = await together(10, () => victim.use('setup', { code: victim.phone.wrongCode() }));
      expect(countVerdicts(answers)).toEqual({ [WRONG]: 5, [LOCKED]: 5 });
    });
  });

  it('invariant 9: right codes amid wrong ones take back their own charge only', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 9: one right code among three wrong ones at once');

    await repeat(ROUNDS, async () => {
      const victims = await seedVictims(target, 4);

      const answers = await Promise.all(
        victims.map((victim) =>
          Promise.all(
            shuffled([victim.code, ...Array.from({ length: 3 }, () => victim.phone.wrongCode())]).map(
              (code) => victim.use('setup', { code }),
            ),
          ),
        ),
      );

      expect(answers.map((ofOne) => accepted(ofOne).length)).toEqual(victims.map(() => 1));
      for (const victim of victims) {
        expect((await victim.rows()).attempts['totp']?.failed).toBe(3);
      }
      tally.add(answers.flat());
    });
    tally.write();
  });

  it('invariant 7: of 200 wrong codes and the right one at once, over two processes, no more than five are looked at', async () => {
    await target.clock.freezeMidStep();
    const tally = new Tally('invariant 7: the right code among 200 wrong ones at once');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target, { challenges: 5 });
      const codes = shuffled([victim.code, ...Array.from({ length: 200 }, () => victim.phone.wrongCode())]);

      const answers = await together(codes.length, (index) =>
        victim.use('verify', { code: codes[index]! }, { challenge: index }),
      );

      expect(faults(answers)).toEqual([]);
      const { [WRONG]: wrong = 0, '200': right = 0 } = countVerdicts(answers);
      const answer = answers[codes.indexOf(victim.code)]!;
      const { attempts, sessions } = await victim.rows();
      expect(accepted(answers)).toEqual(accepted([answer]));
      expect(sessions).toHaveLength(1 + right);
      expect(wrong).toBeLessThanOrEqual(5);
      expect(attempts['totp']?.failed ?? 0).toBe(wrong);
      // Too late, it is told nothing else than the wrong ones beside it, and is not spent: it signs in once, now or then.
      expect(['200', LOCKED, DEAD, BUSY]).toContain(verdictOf(answer));
      await forgetFailures(target, victim.id);
      const challengeToken = await victim.openChallenge();
      const later = await victim.verify({ challengeToken, code: victim.code });
      expect(verdictOf(later)).toBe(right === 1 ? WRONG : '200');
      tally.add(answers);
    });
    tally.write();
  });

  it('invariant 9: a locked authenticator leaves backup codes usable, and the other way round', async () => {
    await target.clock.freezeMidStep();

    await repeat(ROUNDS, async () => {
      const [first, second] = await seedVictims(target, 2, { challenges: 5 });
      await together(6, (challenge) =>
        first!.use('verify', { code: first!.phone.wrongCode() }, { challenge }),
      );
      await together(6, (challenge) =>
        second!.use('verify', { backupCode: WRONG_BACKUP_CODE }, { challenge }),
      );

      expect(verdictOf(await first!.verify({ code: first!.code }))).toBe(LOCKED);
      expect(verdictOf(await first!.verify({ backupCode: first!.backupCodes[0] }))).toBe('200');
      expect(verdictOf(await second!.verify({ backupCode: second!.backupCodes[0] }))).toBe(LOCKED);
      expect(verdictOf(await second!.verify({ code: second!.code }))).toBe('200');
    });
  });

  it('invariant 10: nobody without the password reaches the budget', async () => {
    await target.clock.freezeMidStep();
    const victim = await seedVictim(target, { challenges: 1 });

    const answers = await together(50, (index) =>
      index % 2 === 0
        ? target.call('/auth/2fa/verify', { body: { challengeToken: `made up ${index}`, code: victim.code } })
        : target.call('/auth/login', { body: { email: victim.email, password: 'not the password' } }),
    );

    expect(countVerdicts(answers)).toEqual({ [DEAD]: 25, '401 AUTH_CREDENTIALS_INVALID': 25 });
    expect(await victim.rows()).toMatchObject({ events: [], challenges: 1 });
    expect((await victim.rows()).attempts).toEqual({});
  });
});

describe('the limits', () => {
  it('invariant 29: of 200 wrong passwords for one account ten are looked at, and of 200 changes thirty', async () => {
    await target.clock.freezeMidStep();
    const tally = new Tally('invariant 29: 200 wrong passwords and 200 changes of one user at two processes');

    await repeat(3, async () => {
      const victim = await seedVictim(target, { isEnabled: false, isLimited: true });
      const login = { email: victim.email, password: 'not the password' };

      const guesses = await together(200, () => target.call('/auth/login', { body: login }));
      const changes = await together(200, () => victim.post('/auth/2fa/setup'));

      expect(faults([...guesses, ...changes])).toEqual([]);
      expect(guesses.filter(({ status }) => status === 401)).toHaveLength(10);
      expect(changes.filter(({ status }) => status === 200)).toHaveLength(30);
      expect(new Set([...settled(guesses), ...settled(changes)].map(verdictOf))).toEqual(
        new Set(['401 AUTH_CREDENTIALS_INVALID', '200', '429 RATE_LIMITED']),
      );
      tally.add([...guesses, ...changes]);
    });
    tally.write();
  });
});

describe('an attempt', () => {
  it('invariant 7: malformed input costs nothing', async () => {
    await target.clock.freezeMidStep();
    const victim = await seedVictim(target, { challenges: 1 });
    const [challengeToken = ''] = victim.challenges;
    const bodies: unknown[] = [
      '{"code":',
      { code: '12345' },
      { code: '1234567' },
      { code: '１２３４５' },
      { code: 123_456 },
      { code: ['123456'] },
      { code: null },
      { code: '' },
      { code: '123456', unknown: true },
      { code: '123456', backupCode: WRONG_BACKUP_CODE },
      { backupCode: 'short' },
      { backupCode: 'UUUUU-UUUUU-UUUUU' },
      { code: { $gt: '' } },
    ];

    for (const path of ['verify', 'setup', 'disable', 'backup-codes', 'enable']) {
      for (const body of bodies) {
        const isObject = typeof body === 'object' && body !== null;
        const answer = await target.call(`/auth/2fa/${path}`, {
          body: path === 'verify' && isObject ? { challengeToken, ...body } : body,
          token: victim.session.accessToken,
        });
        expect(`${path} ${JSON.stringify(body)} ${verdictOf(answer)}`).toBe(
          `${path} ${JSON.stringify(body)} 400 VALIDATION_FAILED`,
        );
      }
    }

    expect(await victim.rows()).toMatchObject({ events: [], challenges: 1, unspent: 10 });
    expect((await victim.rows()).attempts).toEqual({});
    expect(await challengeAttempts(target, victim)).toEqual([0]);
  });

  it('invariant 7: a client that hangs up has used its attempt', async () => {
    await target.clock.freezeMidStep();
    const tally = new Tally('invariant 7: clients that hang up after writing');

    await repeat(ROUNDS, async (round) => {
      const victim = await seedVictim(target, { challenges: 1 });
      const proof = round % 2 === 0 ? { code: victim.phone.wrongCode() } : { backupCode: WRONG_BACKUP_CODE };

      await together(5, () => writeAndHangUp({ challengeToken: victim.challenges[0], ...proof }));

      await vi.waitFor(async () => expect(await challengeAttempts(target, victim)).toEqual([5]), {
        timeout: 5000,
        interval: 20,
      });
      expect(verdictOf(await victim.verify({ code: victim.code }))).toBe(DEAD);
      tally.addCounts({ 'hung up, charged': 5 });
    });
    tally.write();
  });

  it('invariant 11: wrong passwords of a stolen session have one budget over all endpoints', async () => {
    await target.clock.freezeMidStep();
    const tally = new Tally('invariant 11: 40 wrong passwords over four endpoints');

    await repeat(ROUNDS / 4, async () => {
      const victim = await seedVictim(target, { signedInSecondsAgo: 960 });
      const paths = ['backup-codes', 'disable', 'setup', 'enable'];

      const answers = await together(40, (index) =>
        victim.post(`/auth/2fa/${paths[index % 4]}`, { code: victim.code, password: 'not the password' }),
      );

      expect(countVerdicts(answers)).toEqual({ '403 AUTH_REAUTHENTICATION_REQUIRED': 5, [LOCKED]: 35 });
      expect((await victim.rows()).attempts).toEqual({ password: { inARow: 5, failed: 5 } });
      // The budget of the codes is whole, and so is signing in.
      await victim.openChallenge();
      expect(verdictOf(await victim.verify({ code: victim.code }))).toBe('200');
      tally.add(answers);
    });
    tally.write();
  });
});

/** Sends a whole request, and closes the connection without waiting for the answer. */
function writeAndHangUp(body: object): Promise<void> {
  const { hostname, port } = new URL(target.servers[0]!.url);
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `POST /api/v1/auth/2fa/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
        () => {
          socket.destroy();
          resolve();
        },
      );
    });
    socket.once('error', reject);
  });
}
