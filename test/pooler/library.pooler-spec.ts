import 'reflect-metadata';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Test } from '@nestjs/testing';
import { TwoFactorModule, TwoFactorService } from 'nestjs-two-factor';
import { pgDatabase } from 'nestjs-two-factor/pg';
import { FixedClock, enrol } from 'nestjs-two-factor/testing';
import { TWO_FACTOR_ENTITIES, typeOrm } from 'nestjs-two-factor/typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLAIN } from '../package/start-module.js';
import { challengeTokenOf } from '../support/challenge.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { type Pooler, startPooler } from './support/pgbouncer.js';

const POOL = 2;

let database: TestDatabase;
let pooler: Pooler;
const clock = new FixedClock();
beforeAll(async () => {
  database = await createDatabase();
  pooler = await startPooler(database, { poolSize: POOL });
});
afterAll(async () => {
  await pooler.stop();
  await database.drop();
});

const ADAPTERS = {
  pg: () => ({ database: pgDatabase({ connectionString: pooler.url }), imports: [] }),
  typeorm: () => ({
    database: typeOrm(),
    imports: [
      TypeOrmModule.forRoot({
        type: 'postgres',
        url: pooler.url,
        retryAttempts: 0,
        entities: [...TWO_FACTOR_ENTITIES],
      }),
    ],
  }),
} as const;

async function start(name: keyof typeof ADAPTERS) {
  const { imports, ...of } = ADAPTERS[name]();
  const module = await Test.createTestingModule({
    imports: [...imports, TwoFactorModule.forRoot({ ...PLAIN, ...of, clock })],
  }).compile();
  const app = await module.init();
  return { app, twoFactor: app.get(TwoFactorService) };
}

const outcomeOf = (answer: Promise<unknown>): Promise<unknown> =>
  answer.then(
    () => 'accepted',
    (error: { readonly code?: string; readonly message: string }) => error.code ?? error.message,
  );

describe.each(['pg', 'typeorm'] as const)(
  'the library by %s, through PgBouncer in transaction mode',
  (name) => {
    it('sets up, signs in, refuses a code twice, takes a backup code, and turns off', async () => {
      const { app, twoFactor } = await start(name);
      const user = { id: `${name}-life`, label: 'ann@example.com' };
      const { phone, backupCodes } = await enrol(app, user, { clock });
      clock.advance({ seconds: 30 });

      const code = phone.freshCode();
      const signIn = async (proof: object): Promise<unknown> => {
        const challengeToken = await challengeTokenOf(twoFactor, user.id);
        return outcomeOf(twoFactor.completeSignIn({ challengeToken, proof, sessionId: 's1' }));
      };

      expect(await signIn({ code })).toBe('accepted');
      expect(await signIn({ code })).toBe('TWO_FACTOR_CODE_INVALID');
      expect(await signIn({ backupCode: backupCodes[0] })).toBe('accepted');
      expect(await signIn({ backupCode: backupCodes[0] })).toBe('TWO_FACTOR_CODE_INVALID');
      clock.advance({ seconds: 30 });
      const proof = { code: phone.freshCode() };
      await twoFactor.disable({ userId: user.id, proof, signIn: { authenticatedAt: clock.now() } });
      expect((await twoFactor.status(user.id)).enabledAt).toBeNull();
      const events = await twoFactor.latestEvents(user.id);
      expect(events.map(({ type }) => type)).toContain('disabled');
      await app.close();
    });

    it('accepts one of many that bring one code at once, and lets others in meanwhile', async () => {
      const [one, other] = [await start(name), await start(name)];
      const user = { id: `${name}-burst`, label: 'ben@example.com' };
      const guest = { id: `${name}-guest`, label: 'cleo@example.com' };
      const { phone } = await enrol(one.app, user, { clock });
      const { phone: guestPhone } = await enrol(one.app, guest, { clock });
      clock.advance({ seconds: 30 });
      const code = phone.freshCode();
      const challengeToken = await challengeTokenOf(one.twoFactor, user.id);
      const guestToken = await challengeTokenOf(other.twoFactor, guest.id);

      const burst = Array.from({ length: 20 }, (_, index) =>
        outcomeOf(
          (index % 2 === 0 ? one : other).twoFactor.completeSignIn({
            challengeToken,
            proof: { code },
            sessionId: `s${index}`,
          }),
        ),
      );
      const guestOutcome = await outcomeOf(
        other.twoFactor.completeSignIn({
          challengeToken: guestToken,
          proof: { code: guestPhone.freshCode() },
          sessionId: 'guest',
        }),
      );
      const outcomes = await Promise.all(burst);

      expect(guestOutcome).toBe('accepted');
      expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1);
      const [row] = await database.query(
        `SELECT count(*)::int AS sign_ins FROM two_factor_events WHERE user_id = $1 AND type = 'challenge_answered' AND outcome = 'success'`,
        [user.id],
      );
      expect(row).toEqual({ sign_ins: 1 });
      await one.app.close();
      await other.app.close();
    });

    it('shares two connections to PostgreSQL', async () => {
      const [row] = await database.query<{ connections: number }>(
        `SELECT count(*)::int AS connections FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      expect(row?.connections).toBeLessThanOrEqual(POOL);
    });
  },
);
