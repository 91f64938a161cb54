import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Tally, Target, shuffled, verdictOf } from '../support/attack.js';
import { type Answer, call } from '../support/client.js';
import { createDatabase } from '../support/database.js';
import type { ServerProcess } from '../support/server-process.js';
import { nobodyRuns, somebodyWaits } from '../support/locks.js';
import { HeldRows, type UserRows } from '../support/rows.js';
import { type Victim, seedPending, seedVictims } from '../support/victims.js';

/** How often a process is killed, each time amid two or three calls of every use-case. */
const KILLS = 10;

let target: Target;
beforeAll(async () => {
  target = new Target(await createDatabase());
  await target.startServer();
});
afterAll(() => target.close());

/** What a use-case may leave behind: nothing, or the whole of it. */
interface Wholes {
  readonly before: object;
  readonly after: object;
}

interface UseCase {
  readonly name: string;
  /** Whether it computes ten hashes: such calls keep all others waiting. */
  readonly isHeavy?: boolean;
  readonly isEnabled: boolean;
  readonly challenges: number;
  readonly pending?: 'plain' | 'replacement';
  call(url: string, victim: Victim, newCode: string): Promise<Answer>;
  /** The same code at another challenge. */
  again?(url: string, victim: Victim, newCode: string): Promise<Answer>;
  readonly wholes: Wholes;
}

const verifyAt = (url: string, body: object): Promise<Answer> =>
  call(url, '/api/v1/auth/2fa/verify', { body });
const off = {
  secret: 'none',
  isStepSpent: false,
  pending: 'none',
  codes: '0/0',
  challenges: 0,
  sessions: ['own'],
  successes: [],
};
const on = { ...off, secret: 'old', codes: '10/10' };

const USE_CASES: readonly UseCase[] = [
  {
    name: 'sign-in with the password',
    isEnabled: false,
    challenges: 0,
    call: (url, { email, password }) => call(url, '/api/v1/auth/login', { body: { email, password } }),
    wholes: { before: off, after: { ...off, sessions: ['other', 'own'] } },
  },
  {
    name: 'sign-in that opens a challenge',
    isEnabled: true,
    challenges: 0,
    call: (url, { email, password }) => call(url, '/api/v1/auth/login', { body: { email, password } }),
    wholes: { before: on, after: { ...on, challenges: 1 } },
  },
  {
    name: 'verify with a one-time code',
    isEnabled: true,
    challenges: 3,
    call: (url, { challenges: [challengeToken], code }) => verifyAt(url, { challengeToken, code }),
    again: (url, { challenges: [, challengeToken], code }) => verifyAt(url, { challengeToken, code }),
    wholes: {
      before: { ...on, challenges: 3 },
      after: {
        ...on,
        isStepSpent: true,
        sessions: ['other', 'own'],
        successes: ['challenge_answered success totp'],
      },
    },
  },
  {
    name: 'verify with a backup code',
    isEnabled: true,
    challenges: 3,
    call: (url, { challenges: [challengeToken], backupCodes: [backupCode] }) =>
      verifyAt(url, { challengeToken, backupCode }),
    again: (url, { challenges: [, challengeToken], backupCodes: [backupCode] }) =>
      verifyAt(url, { challengeToken, backupCode }),
    wholes: {
      before: { ...on, challenges: 3 },
      after: {
        ...on,
        codes: '9/10',
        sessions: ['other', 'own'],
        successes: ['challenge_answered success backup_code'],
      },
    },
  },
  {
    name: 'setup',
    isEnabled: false,
    challenges: 0,
    call: (url, victim) => victim.post('/auth/2fa/setup', {}, { url }),
    wholes: { before: off, after: { ...off, pending: 'plain', successes: ['setup_started success'] } },
  },
  {
    name: 'setup with a one-time code',
    isEnabled: true,
    challenges: 2,
    call: (url, victim) => victim.post('/auth/2fa/setup', { code: victim.code }, { url }),
    wholes: {
      before: { ...on, challenges: 2 },
      after: { ...on, isStepSpent: true, pending: 'replacement', successes: ['setup_started success totp'] },
    },
  },
  {
    name: 'setup with a backup code',
    isEnabled: true,
    challenges: 2,
    call: (url, victim) => victim.post('/auth/2fa/setup', { backupCode: victim.backupCodes[0] }, { url }),
    wholes: {
      before: { ...on, challenges: 2 },
      after: {
        ...on,
        codes: '9/10',
        pending: 'replacement',
        successes: ['setup_started success backup_code'],
      },
    },
  },
  {
    name: 'enable',
    isHeavy: true,
    isEnabled: false,
    challenges: 0,
    pending: 'plain',
    call: (url, victim, code) => victim.post('/auth/2fa/enable', { code }, { url }),
    wholes: {
      before: { ...off, pending: 'plain' },
      after: {
        ...off,
        secret: 'new',
        isStepSpent: true,
        codes: '10/10',
        sessions: ['other'],
        successes: ['enabled success totp'],
      },
    },
  },
  {
    name: 'enable of a replacement',
    isHeavy: true,
    isEnabled: true,
    challenges: 2,
    pending: 'replacement',
    call: (url, victim, code) => victim.post('/auth/2fa/enable', { code }, { url }),
    wholes: {
      before: { ...on, pending: 'replacement', challenges: 2 },
      after: {
        ...on,
        secret: 'new',
        isStepSpent: true,
        sessions: ['other'],
        successes: ['replaced success totp'],
      },
    },
  },
  {
    name: 'new backup codes',
    isHeavy: true,
    isEnabled: true,
    challenges: 2,
    call: (url, victim) => victim.post('/auth/2fa/backup-codes', { code: victim.code }, { url }),
    wholes: {
      before: { ...on, challenges: 2 },
      after: { ...on, isStepSpent: true, successes: ['backup_codes_regenerated success totp'] },
    },
  },
  {
    name: 'disable',
    isEnabled: true,
    challenges: 2,
    pending: 'replacement',
    call: (url, victim) => victim.post('/auth/2fa/disable', { code: victim.code }, { url }),
    wholes: {
      before: { ...on, pending: 'replacement', challenges: 2 },
      after: { ...off, successes: ['disabled success totp'] },
    },
  },
];

function wholeOf(victim: Victim, rows: UserRows): object {
  const { active, pending } = rows;
  return {
    secret: active === null ? 'none' : active.id === victim.secretId ? 'old' : 'new',
    // Seeded an hour back: anything later was spent by the use-case.
    isStepSpent: active !== null && active.lastUsedStep > target.clock.now().getTime() / 30_000 - 10,
    pending: pending === null ? 'none' : pending.replaces === null ? 'plain' : 'replacement',
    codes: `${rows.unspent}/${rows.codes}`,
    challenges: rows.challenges,
    sessions: rows.sessions.map(({ id }) => (id === victim.session.id ? 'own' : 'other')).toSorted(),
    successes: rows.events.filter((event) => event.includes(' success')),
  };
}

/** The first calls of a process are slow; the kill is to meet it as it runs day by day. */
async function warmUp({ url }: ServerProcess): Promise<void> {
  const [victim] = await seedVictims(target, 1, { challenges: 1 });
  const {
    code,
    challenges: [challengeToken],
  } = victim!;
  await victim!.post('/auth/2fa/setup', {}, { url });
  await verifyAt(url, { challengeToken, code });
  await victim!.post('/auth/2fa/disable', { code: victim!.phone.code({ steps: 1 }) }, { url });
}

describe('kill -9', () => {
  it('invariant 21: at any moment of any use-case leaves the whole of it or nothing', async () => {
    await target.clock.run();
    const [witness] = target.servers as [ServerProcess];
    const start = (): Promise<ServerProcess> => target.startServer();
    const outcomes = new Map<string, Record<string, number>>();
    let doomed = await start();

    for (let kill = 1; kill <= KILLS; kill += 1) {
      const doomedNow = doomed;
      await warmUp(doomedNow);
      const runs = await Promise.all(
        USE_CASES.map(async (useCase) => {
          const { isEnabled, challenges, pending, isHeavy = false } = useCase;
          const victims = await seedVictims(target, isHeavy ? 2 : 3, { isEnabled, challenges });
          const phones =
            pending === undefined
              ? victims.map(({ phone }) => phone)
              : await seedPending(target, victims, { isReplacement: pending === 'replacement' });
          return victims.map((victim, index) => ({ useCase, victim, phone: phones[index]! }));
        }),
      );
      const emails = Array.from({ length: 2 }, () => `${randomUUID()}@example.com`);
      const dropped = (): undefined => undefined;

      // The kill comes when a random part of the calls has been answered, and so meets all of the rest on their way.
      const calls = runs.flat().length + emails.length;
      const killAfter = Math.floor((kill / (KILLS + 1)) * calls);
      const answered = new EventEmitter();
      const due = killAfter === 0 ? delay(5) : once(answered, 'enough');
      let answers = 0;
      const count = (answer: Answer): Answer => {
        answers += 1;
        if (answers === killAfter) {
          answered.emit('enough');
        }
        return answer;
      };
      const attempts = shuffled(runs.flat()).map(async ({ useCase, victim, phone }) => {
        // Not all at the same moment: there would be no room for so many hashes.
        await delay(Math.random() * 400);
        const answer = await useCase.call(doomedNow.url, victim, phone.code()).then(count).catch(dropped);
        return { useCase, victim, phone, answer };
      });
      const registrations = emails.map((email) =>
        call(doomedNow.url, '/api/v1/auth/register', {
          body: { email, password: 'correct horse battery staple' },
        })
          .then(count)
          .catch(dropped),
      );
      await due;
      await doomedNow.kill();
      target.servers = [witness];
      const next = start();
      const ended = await Promise.all(attempts);
      const registered = await Promise.all(registrations);
      await nobodyRuns(target);

      for (const { useCase, victim, phone, answer } of ended) {
        const whole = wholeOf(victim, await victim.rows());
        const { before, after } = useCase.wholes;
        const isDone = JSON.stringify(whole) === JSON.stringify({ ...whole, ...after });
        expect({ useCase: useCase.name, whole }).toEqual({
          useCase: useCase.name,
          whole: isDone ? after : before,
        });
        const told = answer === undefined ? 'nothing' : `${verdictOf(answer)}, ${isDone ? 'done' : 'undone'}`;
        expect({ useCase: useCase.name, told }).toEqual({
          useCase: useCase.name,
          told: expect.stringMatching(/^(nothing|200, done|503 SERVICE_UNAVAILABLE, undone)$/),
        });
        const counts = outcomes.get(useCase.name) ?? {};
        const fate = answer === undefined ? 'killed' : answer.status === 200 ? 'answered' : 'put off';
        const outcome = `${fate}, ${isDone ? 'done' : 'undone'}`;
        counts[outcome] = (counts[outcome] ?? 0) + 1;
        outcomes.set(useCase.name, counts);
        // The other process sees it the same way: what is undone can be done, what is done is spent.
        const again = await useCase.again?.(witness.url, victim, phone.code());
        expect(again?.status ?? 0).toBe(again === undefined ? 0 : isDone ? 401 : 200);
      }
      for (const [index, email] of emails.entries()) {
        const [{ users, sessions, tokens } = {}] = await target.query(
          `SELECT count(DISTINCT u.id)::int AS users, count(DISTINCT s.id)::int AS sessions, count(t.*)::int AS tokens
            FROM users u LEFT JOIN sessions s ON s.user_id = u.id LEFT JOIN refresh_tokens t ON t.session_id = s.id
            WHERE email = $1`,
          [email],
        );
        const isDone = users === 1;
        expect({ sessions, tokens }).toEqual(
          isDone ? { sessions: 1, tokens: 1 } : { sessions: 0, tokens: 0 },
        );
        expect(isDone || registered[index]?.status !== 201).toBe(true);
      }
      doomed = await next;
    }

    expect(
      await target.query(
        'SELECT id FROM sessions s WHERE NOT EXISTS (SELECT FROM refresh_tokens WHERE session_id = s.id)',
      ),
    ).toEqual([]);
    for (const [name, counts] of outcomes) {
      const tally = new Tally(`invariant 21: ${name}, amid ${KILLS} kills`);
      tally.addCounts(counts);
      tally.write();
    }
  });

  it.each(['right', 'wrong'] as const)(
    'invariant 7: between the check of a %s code and the commit that settles it, tells nobody, and leaves the whole attempt or none',
    async (which) => {
      await target.clock.run();
      const [witness] = target.servers as [ServerProcess];
      const doomed = await target.startServer();
      const [victim] = await seedVictims(target, 1, { challenges: 1 });
      const {
        challenges: [challengeToken],
        phone,
      } = victim!;
      // It has been checked: what settles is the first that needs the account.
      const held = await (await HeldRows.in(target.database)).account(victim!.id);
      const code = which === 'right' ? phone.code() : phone.wrongCode();

      const answering = verifyAt(doomed.url, { challengeToken, code }).catch(() => undefined);
      await somebodyWaits(target.database);
      await doomed.kill();
      target.servers = [witness];
      const answer = await answering;
      await held.release();
      await nobodyRuns(target);

      expect(answer).toBeUndefined();
      const { attempts, events, sessions, challenges } = await victim!.rows();
      const isSettled = events.length > 0;
      expect({
        failed: attempts['totp']?.failed ?? 0,
        events,
        sessions: sessions.length,
        challenges,
      }).toEqual(
        which === 'right'
          ? {
              failed: 0,
              events: isSettled ? ['challenge_answered success totp'] : [],
              sessions: isSettled ? 2 : 1,
              challenges: isSettled ? 0 : 1,
            }
          : {
              failed: isSettled ? 1 : 0,
              events: isSettled ? ['challenge_answered failure totp wrong'] : [],
              sessions: 1,
              challenges: 1,
            },
      );
    },
  );
});
