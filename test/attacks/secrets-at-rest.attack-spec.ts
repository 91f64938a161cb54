import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ROUNDS,
  Tally,
  Target,
  accepted,
  countVerdicts,
  repeat,
  together,
  useTarget,
  verdictOf,
} from '../support/attack.js';
import { createDatabase } from '../support/database.js';
import { ATTACK_SECRETS, NotListeningError, ServerProcess } from '../support/server-process.js';
import { exchangeSetups, tamperWithHashes, tamperWithSecret } from '../support/seed.js';
import { type Victim, seedChallenges, seedPending, seedVictim, seedVictims } from '../support/victims.js';

const target = useTarget();
const UNREADABLE = '500 TWO_FACTOR_SECRET_UNREADABLE';

function key(id: string, byte: number): string {
  return `${id}:${Buffer.alloc(32, byte).toString('base64')}`;
}

async function sealedSecretOf({ id }: Victim): Promise<string> {
  const [row] = await target.query<{ sealed_secret: string }>(
    `SELECT sealed_secret FROM two_factor_secrets WHERE user_id = $1`,
    [id],
  );
  return row!.sealed_secret;
}

/** Changes one character of the sealed bytes. */
function altered(sealed: string, place: number): string {
  const at = sealed.lastIndexOf('.') + 1 + place;
  return `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
}

describe('a sealed secret that was tampered with', () => {
  const tamperings: readonly { readonly how: string; tamper(own: string, others: string): string }[] = [
    { how: 'exchanged for the one of another user', tamper: (_, others) => others },
    { how: 'altered in its salt', tamper: (own) => altered(own, 3) },
    { how: 'altered in its nonce', tamper: (own) => altered(own, 25) },
    { how: 'altered in its ciphertext', tamper: (own) => altered(own, 50) },
    { how: 'altered in its tag', tamper: (own) => altered(own, own.length - own.lastIndexOf('.') - 3) },
    { how: 'truncated', tamper: (own) => own.slice(0, -8) },
    { how: 'cut to nothing', tamper: (own) => own.slice(0, own.lastIndexOf('.') + 1) },
    { how: 'under an unknown key', tamper: (own) => own.replace('.k1.', '.k9.') },
    { how: 'in the clear', tamper: () => 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' },
    { how: 'empty', tamper: () => '' },
  ];

  it.each(tamperings)(
    'invariant 13: fails closed when it is $how, and leaves backup codes usable',
    async ({ tamper }) => {
      await target.clock.freezeMidStep();
      const [victim, other] = await seedVictims(target, 2, { challenges: 3 });
      await tamperWithSecret(
        target,
        victim!.id,
        tamper(await sealedSecretOf(victim!), await sealedSecretOf(other!)),
      );

      const answers = [
        await victim!.use('verify', { code: victim!.code }),
        // The other one's code is no better, although its secret may be the one that lies there.
        await victim!.use('verify', { code: other!.code }, { challenge: 1 }),
        await victim!.use('disable', { code: victim!.code }),
        await victim!.use('setup', { code: victim!.code }),
      ];

      expect(answers.map(verdictOf)).toEqual(answers.map(() => UNREADABLE));
      const { events, sessions, active } = await victim!.rows();
      expect(events.map((event) => event.split(' ').at(-1))).toEqual(answers.map(() => 'unreadable'));
      expect({ sessions: sessions.length, active: active?.id }).toEqual({
        sessions: 1,
        active: victim!.secretId,
      });
      expect(
        verdictOf(await victim!.use('verify', { backupCode: victim!.backupCodes[0]! }, { challenge: 2 })),
      ).toBe('200');
      const logged = target.servers.map(({ output }) => output).join('\n');
      expect(logged).toContain('A sealed value does not open');
    },
  );

  it('invariant 13: a setup with what was sealed for another one is not confirmed', async () => {
    await target.clock.freezeMidStep();
    const victims = await seedVictims(target, 2, { isEnabled: false });
    const phones = await seedPending(target, victims);
    await exchangeSetups(target, [victims[0]!.id, victims[1]!.id]);

    for (const [index, victim] of victims.entries()) {
      const answer = await victim.post('/auth/2fa/enable', { code: phones[index]!.code() });
      expect(verdictOf(answer)).toBe(UNREADABLE);
      expect(await victim.rows()).toMatchObject({
        active: null,
        codes: 0,
        sessions: [{ id: victim.session.id }],
      });
    }
  });
});

describe('keys', () => {
  const wrong: readonly {
    readonly what: string;
    readonly variables: Record<string, string>;
    readonly says: RegExp;
  }[] = [
    {
      what: 'another key under the same id',
      variables: { TWO_FACTOR_KEYS: key('k1', 9) },
      says: /key "k1" is not the one/,
    },
    {
      what: 'only a key that nothing is sealed with',
      variables: { TWO_FACTOR_KEYS: key('k2', 9) },
      says: /key "k1" is missing/,
    },
    {
      what: 'the wrong pepper behind a new one',
      variables: { TWO_FACTOR_PEPPERS: `${key('p2', 8)},${key('p1', 9)}` },
      says: /pepper "p1" is not the one/,
    },
    {
      what: 'a key of 31 bytes',
      variables: { TWO_FACTOR_KEYS: `k1:${Buffer.alloc(31, 1).toString('base64')}` },
      says: /32 bytes/,
    },
    { what: 'no key at all', variables: { TWO_FACTOR_KEYS: '' }, says: /TWO_FACTOR_KEYS is not set/ },
  ];

  it.each(wrong)('invariant 14: a process with $what ends before it listens', async ({ variables, says }) => {
    await seedVictim(target);

    const failure: unknown = await ServerProcess.start({ databaseUrl: target.database.url, variables }).then(
      (server) => server.kill(),
      (error: unknown) => error,
    );

    expect(failure).toBeInstanceOf(NotListeningError);
    const { exitCode, output } = failure as NotListeningError;
    expect(exitCode).toBeGreaterThan(0);
    expect(output).toMatch(says);
    const values = Object.values({ ...ATTACK_SECRETS, ...variables })
      .flatMap((value) => value.split(','))
      .map((value) => value.split(':').at(-1)!)
      .filter(Boolean);
    expect(values.filter((value) => output.includes(value))).toEqual([]);
    expect(output).not.toContain('Ready in');
  });

  describe('with a new first key', () => {
    let renewed: Target;
    beforeAll(async () => {
      renewed = new Target(await createDatabase());
      const variables = { TWO_FACTOR_KEYS: `${key('k2', 3)},${ATTACK_SECRETS.TWO_FACTOR_KEYS}` };
      await renewed.startServer(variables);
    });
    afterAll(() => renewed.close());

    it('invariant 14: a secret is sealed again by its use, once, also when its code comes many times at once', async () => {
      await renewed.clock.run();
      const tally = new Tally('invariant 14: one code many times at once while its secret is sealed again');

      await repeat(ROUNDS, async () => {
        const victim = await seedVictim(renewed, { challenges: 4 });
        const code = victim.code;
        expect((await victim.rows()).active?.sealedSecret).toMatch(/^v1\.k1\./);

        const answers = await together(4, (challenge) => victim.use('verify', { code }, { challenge }));

        expect(accepted(answers)).toHaveLength(1);
        expect((await victim.rows()).active?.sealedSecret).toMatch(/^v1\.k2\./);
        await seedChallenges(renewed, [victim], 1);
        const next = await victim.verify({ code: victim.phone.code({ steps: 1 }) });
        expect(next.status).toBe(200);
        tally.add(answers);
      });
      tally.write();
    });
  });
});

describe('Argon2', () => {
  it('invariant 15: beyond its bounded queue backup codes are 503 at once, and nothing is lost or held', async () => {
    await target.clock.run();
    const tally = new Tally('invariant 15: 300 backup codes at once at one process');
    const [server] = target.servers as [ServerProcess];

    const sharesOfTheWait: number[] = [];

    await repeat(3, async () => {
      const victims = await seedVictims(target, 300, { challenges: 1 });
      const signs = new AbortController();
      const watched = watch(server, signs.signal);

      const answers = await Promise.all(
        victims.map(async ({ challenges: [challengeToken], backupCodes: [backupCode] }) => {
          const startedAt = performance.now();
          const answer = await target.callAt(server, '/auth/2fa/verify', {
            body: { challengeToken, backupCode },
          });
          return { answer, tookMs: performance.now() - startedAt };
        }),
      );
      signs.abort();

      expect(Object.keys(countVerdicts(answers.map(({ answer }) => answer))).toSorted()).toEqual([
        '200',
        '503 SERVICE_UNAVAILABLE',
      ]);
      const refused = answers.filter(({ answer }) => answer.status === 503);
      expect(refused.map(({ answer }) => answer.headers.get('retry-after'))).toEqual(refused.map(() => '1'));
      for (const [index, { answer }] of answers.entries()) {
        const { unspent, sessions, attempts } = await victims[index]!.rows();
        expect({ unspent, sessions: sessions.length }).toEqual(
          answer.status === 200 ? { unspent: 9, sessions: 2 } : { unspent: 10, sessions: 1 },
        );
        // Refused for want of room is refused before it is charged.
        expect(attempts['backup_code']?.failed ?? 0).toBe(0);
      }
      const slowest = (status: number): number =>
        Math.max(...answers.filter(({ answer }) => answer.status === status).map(({ tookMs }) => tookMs));
      sharesOfTheWait.push(slowest(503) / slowest(200));
      const { heartbeats, ...seen } = await watched;
      expect(seen).toEqual({ idleInTransaction: 0, missedHeartbeats: 0 });
      // The loop is free while Argon2 computes: health is answered many times before the burst is over.
      expect(heartbeats).toBeGreaterThan(5);
      const unlucky = victims[answers.findIndex(({ answer }) => answer.status === 503)]!;
      expect((await unlucky.verify({ backupCode: unlucky.backupCodes[0] })).status).toBe(200);
      tally.add(answers.map(({ answer }) => answer));
    });
    // No refusal waits for those that have a place: a share of their time, for a busy machine is slow for both.
    expect(Math.min(...sharesOfTheWait)).toBeLessThan(0.5);
    tally.write();
  });

  it('invariant 15: parameters read from the database are not obeyed', async () => {
    await target.clock.freezeMidStep();
    const [server] = target.servers as [ServerProcess];
    const tamperings = ['m=4194304,t=2,p=1', 'm=19456,t=1000000,p=1', 'm=19456,t=2,p=255', 'm=8,t=1,p=1'];

    for (const parameters of tamperings) {
      const victim = await seedVictim(target, { challenges: 1 });
      await tamperWithHashes(target, victim.id, parameters);
      const startedAt = performance.now();

      const answer = await target.callAt(server, '/auth/2fa/verify', {
        body: { challengeToken: victim.challenges[0], backupCode: victim.backupCodes[0] },
      });

      expect(verdictOf(answer)).toBe('422 TWO_FACTOR_CODE_INVALID');
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      expect((await victim.verify({ code: victim.code })).status).toBe(200);
    }
    expect(peakMemoryMiB(server)).toBeLessThan(1024);
  });
});

/** Looks, while an attack runs, at the connections and at whether the process still answers. */
async function watch(
  { url }: ServerProcess,
  over: AbortSignal,
): Promise<{
  readonly idleInTransaction: number;
  readonly heartbeats: number;
  readonly missedHeartbeats: number;
}> {
  let [idleInTransaction, heartbeats, missedHeartbeats] = [0, 0, 0];
  while (!over.aborted) {
    const { status } = await fetch(`${url}/health/live`);
    heartbeats += 1;
    missedHeartbeats += status === 200 ? 0 : 1;
    const [row] = await target.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity
        WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
    );
    idleInTransaction += row!.count;
  }
  return { idleInTransaction, heartbeats, missedHeartbeats };
}

function peakMemoryMiB({ child }: ServerProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}
