import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Tally, Target, together, verdictOf } from '../support/attack.js';
import type { Answer } from '../support/client.js';
import { OwnPostgres } from '../support/own-postgres.js';
import { type Victim, seedVictim, seedVictims } from '../support/victims.js';

/** No request is without an answer for longer. */
const LONGEST_ANSWER_MS = 8_000;
const LONGEST_RECOVERY_MS = 5_000;
/** How long the load goes on after the database has returned. */
const AFTERWARDS_MS = LONGEST_RECOVERY_MS + 1_000;

/** So many callers, each with this pause after an answer: no more calls than that, however fast they are answered. */
const CALLERS = 8;
const PAUSE_MS = 40;
/** Users for the time after the return, when every call must find one: the load never ends before its time. */
const AFTERWARDS_USERS = CALLERS * (AFTERWARDS_MS / PAUSE_MS + 1);
/** And for the time before; a caller who finds none of them left waits for the return. */
const BEFORE_USERS = 800;

let postgres: OwnPostgres;
let target: Target;
beforeAll(async () => {
  postgres = await OwnPostgres.start();
  target = new Target(postgres);
  await target.startServer();
  await target.startServer();
});
afterAll(() => target.close());
afterEach(() => {
  const ended = target.servers.filter(({ child }) => child.exitCode !== null);
  if (ended.length > 0) {
    throw new Error(`A process has ended:\n${ended.map(({ output }) => output.slice(-2000)).join('\n')}`);
  }
});

interface Observed {
  readonly kind: Kind;
  readonly answer: Answer;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly victim: Victim;
}

const KINDS = ['verify', 'verify', 'disable', 'setup', 'verify', 'backup', 'login', 'me'] as const;
type Kind = (typeof KINDS)[number];

function callOf(kind: Kind, victim: Victim): Promise<Answer> {
  if (kind === 'login') {
    return victim.login();
  }
  if (kind === 'me') {
    return target.call('/auth/me', { token: victim.session.accessToken });
  }
  return kind === 'backup'
    ? victim.verify({ backupCode: victim.backupCodes[0] })
    : victim.use(kind, { code: victim.code });
}

/** Calls of every kind without a pause, each with a user of its own, until it is told to end. */
async function load(victims: Victim[], over: AbortSignal): Promise<Observed[]> {
  const observed: Observed[] = [];
  const observe = async (kind: Kind, victim: Victim, run: () => Promise<Answer>): Promise<void> => {
    const startedAt = performance.now();
    const answer = await run();
    observed.push({ kind, answer, victim, startedAt, endedAt: performance.now() });
  };
  await Promise.all(
    Array.from({ length: CALLERS }, async (_, caller) => {
      for (let turn = caller; !over.aborted; turn += 1) {
        const victim = victims.pop();
        const kind = KINDS[turn % KINDS.length]!;
        if (victim !== undefined) {
          await observe(kind, victim, () => callOf(kind, victim));
        }
        await delay(PAUSE_MS);
      }
    }),
  );
  return observed;
}

/** Runs the load while the database goes and comes back, and holds every answer to the rule. */
async function attackWhile(what: string, outage: () => Promise<number>): Promise<number> {
  const victims = await seedVictims(target, BEFORE_USERS, { challenges: 1 });
  const afterwards = await seedVictims(target, AFTERWARDS_USERS, { challenges: 1 });
  const over = new AbortController();
  const running = load(victims, over.signal);
  const living = (async () => {
    while (!over.signal.aborted) {
      const startedAt = performance.now();
      const answers = await Promise.all(target.servers.map(({ url }) => fetch(`${url}/health/live`)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      await delay(100);
    }
  })();
  await delay(500);

  const returnedAt = await outage();
  victims.push(...afterwards);
  await delay(AFTERWARDS_MS);
  over.abort();
  const observed = await running;
  await living;

  const failures = observed.filter(({ answer: { status } }) => status !== 200 && status !== 503);
  expect(failures.map(({ answer }) => logOf(String(answer.body['requestId'])))).toEqual([]);
  const verdicts = new Set(observed.map(({ answer }) => verdictOf(answer)));
  expect([...verdicts].toSorted()).toEqual(['200', '503 SERVICE_UNAVAILABLE']);
  for (const { answer } of observed.filter(({ answer: { status } }) => status === 503)) {
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  }
  const slowest = Math.max(...observed.map(({ startedAt, endedAt }) => endedAt - startedAt));
  const tooSlow = observed.filter(({ startedAt, endedAt }) => endedAt - startedAt >= LONGEST_ANSWER_MS);
  expect(
    tooSlow.map(({ kind, startedAt, endedAt }) => `${kind} ${Math.round(endedAt - startedAt)} ms`),
  ).toEqual([]);
  // Five seconds after the return all is well, without a restart of Node.
  const late = observed.filter(({ startedAt }) => startedAt > returnedAt + LONGEST_RECOVERY_MS);
  expect(late.length).toBeGreaterThan(0);
  expect(late.map(({ answer }) => verdictOf(answer)).filter((verdict) => verdict !== '200')).toEqual([]);
  const firstSuccess = observed
    .filter(({ answer, startedAt }) => answer.status === 200 && startedAt > returnedAt - 1)
    .map(({ endedAt }) => endedAt - returnedAt);
  expect(Math.min(...firstSuccess)).toBeLessThan(LONGEST_RECOVERY_MS);

  // Nothing succeeded without its commit, and what did not succeed is whole or not at all.
  const rows = await rowsOf(observed.map(({ victim }) => victim));
  const deviations = observed.flatMap(({ kind, answer }, index) => {
    const found = rows[index]!;
    const isDone = found.successes === 1;
    const isHalf = JSON.stringify(found) !== JSON.stringify({ ...found, ...wholeOf(kind, isDone) });
    const isUncommitted = answer.status === 200 && kind !== 'me' && kind !== 'login' && !isDone;
    return isHalf || isUncommitted ? [{ kind, status: answer.status, found }] : [];
  });
  expect(deviations).toEqual([]);
  const tally = new Tally(
    `invariant 22: ${what} (slowest answer ${(slowest / 1000).toFixed(1)} s, back after ${(Math.min(...firstSuccess) / 1000).toFixed(1)} s)`,
  );
  tally.add(observed.map(({ answer }) => answer));
  tally.write();
  return observed.filter(({ answer }) => answer.status === 200).length;
}

/** What a call leaves behind when it was done, and when it was not. */
function wholeOf(kind: Kind, isDone: boolean): object {
  if (kind === 'disable') {
    return isDone ? { active: 0, codes: 0, challenges: 0 } : { active: 1, codes: 10, challenges: 1 };
  }
  return kind === 'verify' || kind === 'backup'
    ? {
        sessions: isDone ? 2 : 1,
        challenges: isDone ? 0 : 1,
        unspent: isDone && kind === 'backup' ? 9 : 10,
      }
    : {};
}

/** What the processes wrote of a request, for the message of a test that fails. */
function logOf(requestId: string): string[] {
  return target.servers.flatMap(({ output }) =>
    output.split('\n').filter((line) => line.includes(requestId)),
  );
}

interface Counted {
  readonly sessions: number;
  readonly challenges: number;
  readonly active: number;
  readonly codes: number;
  readonly unspent: number;
  readonly successes: number;
}

async function rowsOf(victims: readonly Victim[]): Promise<Counted[]> {
  const of = (table: string, more = ''): string =>
    `(SELECT count(*)::int FROM ${table} WHERE user_id::text = u.id ${more})`;
  return postgres.query<Counted>(
    `SELECT ${of('sessions')} AS sessions, ${of('two_factor_challenges')} AS challenges,
      ${of('two_factor_secrets')} AS active, ${of('two_factor_backup_codes')} AS codes,
      ${of('two_factor_backup_codes', 'AND used_at IS NULL')} AS unspent,
      ${of('two_factor_events', `AND outcome = 'success'`)} AS successes
    FROM unnest($1::text[]) WITH ORDINALITY u(id, place) ORDER BY place`,
    [victims.map(({ id }) => id)],
  );
}

describe('the database', () => {
  it('invariant 22: is shut down under load for two seconds, and comes back', async () => {
    const successes = await attackWhile('shut down for 2 s and started again', async () => {
      await postgres.stop();
      await delay(2_000);
      await postgres.startAgain();
      return performance.now();
    });

    expect(successes).toBeGreaterThan(0);
  });

  it('invariant 22: is killed under load, and comes back after its recovery', async () => {
    const successes = await attackWhile('killed with SIGKILL and started again', async () => {
      await postgres.kill();
      await postgres.startAgain();
      return performance.now();
    });

    expect(successes).toBeGreaterThan(0);
  });

  it('invariant 22: stands still under load for ten seconds, and goes on', async () => {
    const successes = await attackWhile('stopped with SIGSTOP for 10 s', async () => {
      const resume = postgres.pause();
      await delay(10_000);
      resume();
      return performance.now();
    });

    expect(successes).toBeGreaterThan(0);
  });

  it("invariant 22: holds a user's row locked until every connection waits: 503 and no hang, and nothing twice", async () => {
    const [locked, other] = await seedVictims(target, 2, { challenges: 5 });
    const locker = await postgres.connect();
    await locker.query('BEGIN');
    await locker.query('SELECT FROM two_factor_accounts WHERE user_id = $1 FOR UPDATE', [locked!.id]);
    const code = locked!.code;

    const startedAt = performance.now();
    const waiting = together(50, (index) => locked!.use('verify', { code }, { challenge: index }));
    const logins = together(40, () => locked!.login());
    await delay(300);
    const others = await together(4, (index) =>
      other!.use('verify', { code: other!.code }, { challenge: index }),
    );
    const answers = [...(await waiting), ...(await logins), ...others];
    const took = performance.now() - startedAt;
    await locker.query('ROLLBACK');
    await locker.end();

    // All of them together: the others came later, and each may wait for a connection twice and for a row once.
    expect(took).toBeLessThan(LONGEST_ANSWER_MS + 2_000);
    const unavailable = answers.filter(({ status }) => status === 503);
    expect(unavailable.length).toBeGreaterThan(0);
    expect(unavailable.every(({ headers }) => Number(headers.get('retry-after')) >= 1)).toBe(true);
    expect(answers.filter(({ status }) => status === 500)).toEqual([]);
    const fresh = await seedVictim(target, { challenges: 1 });
    expect((await fresh.verify({ code: fresh.code })).status).toBe(200);
    expect(await rowsOf([locked!])).toEqual([expect.objectContaining({ sessions: 1, successes: 0 })]);
    const tally = new Tally(
      `invariant 22: every connection waits for a lock (slowest answer ${(took / 1000).toFixed(1)} s)`,
    );
    tally.add(answers);
    tally.write();
  });
});
