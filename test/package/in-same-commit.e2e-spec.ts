import { type Enrolled, enrol } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { IS_ACCEPTED, effects, runAsOne } from '../../libs/two-factor/src/sql/one-statement.js';
import { SOME_SESSION, challengeTokenOf } from '../support/challenge.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { type Host, startHost } from '../support/host.js';

const ANN = { id: '1', label: 'ann@example.com' };

let database: TestDatabase;
let host: Host;

beforeAll(async () => {
  database = await createDatabase();
  await database.query('CREATE TABLE host_sessions (user_id text NOT NULL)');
  host = await startHost(database);
});
afterAll(async () => {
  await host.app.close();
  await database.drop();
});

describe('a statement that does not read from accepted', () => {
  const inSameCommit = [{ sql: 'DELETE FROM host_sessions WHERE user_id = $1', parameters: [ANN.id] }];
  let ann: Enrolled;
  let challengeToken: string;

  beforeAll(async () => {
    ann = await enrol(host.app, ANN, { clock: host.clock });
    await database.query('INSERT INTO host_sessions VALUES ($1)', [ANN.id]);
  });
  beforeEach(async () => {
    host.clock.advance({ seconds: 30 });
    challengeToken = await challengeTokenOf(host.twoFactor, ANN.id);
  });

  const everything = (): Promise<unknown[]> =>
    database.query(
      `SELECT (SELECT count(*) FROM host_sessions) AS sessions, (SELECT count(*) FROM two_factor_events) AS events,
        array(SELECT method || cardinality(failed_at) FROM two_factor_attempts ORDER BY 1) AS charged,
        array(SELECT attempts FROM two_factor_challenges ORDER BY slot) AS challenges,
        array(SELECT challenge_slot FROM two_factor_accounts) AS slots`,
    );

  it.each(['a right code', 'a wrong code', 'no code'] as const)(
    'is refused before anything happens, whatever comes with it: %s',
    async (which) => {
      const { twoFactor, clock } = host;
      const { id: userId } = ANN;
      const code = {
        'a right code': ann.phone.freshCode(),
        'a wrong code': ann.phone.wrongCode(),
        'no code': '',
      }[which];
      const late = { authenticatedAt: new Date(0), reauthenticate: async () => false };
      const signIn = which === 'a wrong code' ? late : { authenticatedAt: clock.now() };
      const before = await everything();

      const refusals = [
        twoFactor.completeSignIn({ sessionId: SOME_SESSION, challengeToken, proof: { code }, inSameCommit }),
        twoFactor.beginSignIn({ userId, inSameCommit }),
        twoFactor.beginSignIn({ userId: 'somebody without a factor', inSameCommit }),
        twoFactor.enable({ sessionId: SOME_SESSION, userId, code, signIn, inSameCommit }),
        twoFactor.regenerateBackupCodes({ userId, proof: { code }, signIn, inSameCommit }),
        twoFactor.disable({ userId, proof: { code }, signIn, inSameCommit }),
      ];

      for (const refusal of await Promise.allSettled(refusals)) {
        expect(refusal).toMatchObject({
          status: 'rejected',
          reason: {
            message: expect.stringContaining('DELETE FROM host_sessions WHERE user_id = $1') as string,
          },
        });
      }
      expect(await everything()).toEqual(before);
    },
  );
});

describe('a guard that accepts two users at once', () => {
  it('fails, and nothing that it let through has happened', async () => {
    const guard = {
      name: 'accepted',
      sql: `SELECT unnest(ARRAY['2', '3']) AS user_id`,
      parameters: [],
    } as const;
    const effect = { sql: 'INSERT INTO host_sessions SELECT user_id FROM accepted', parameters: [] };

    const commit = runAsOne(host.dataSource.manager, [guard, ...effects([effect])], {
      sql: `SELECT ${IS_ACCEPTED}`,
      parameters: [],
    });

    await expect(commit).rejects.toThrow('more than one row');
    expect(await database.query(`SELECT FROM host_sessions WHERE user_id IN ('2', '3')`)).toEqual([]);
  });
});
