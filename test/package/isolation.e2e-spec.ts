import { Client } from 'pg';
import { Phone, enrol } from 'nestjs-two-factor/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SOME_SESSION, challengeTokenOf } from '../support/challenge.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { type Host, startHost } from '../support/host.js';
import { somebodyWaits } from '../support/locks.js';

const ANN = { id: '1', label: 'ann@example.com' };
const ENDED = [
  { sql: 'DELETE FROM host_sessions s USING accepted a WHERE s.user_id = a.user_id', parameters: [] },
];
const OPENED = [{ sql: 'INSERT INTO host_sessions SELECT user_id FROM accepted', parameters: [] }];

describe.each(['read committed', 'repeatable read', 'serializable'])(
  'a database whose transactions are %s by default',
  (isolation) => {
    let database: TestDatabase;
    let host: Host;

    beforeEach(async () => {
      database = await createDatabase();
      await database.query('CREATE TABLE host_sessions (user_id text NOT NULL)');
      await database.query(
        `ALTER DATABASE ${database.connection.database} SET default_transaction_isolation = '${isolation}'`,
      );
      host = await startHost(database);
    });
    afterEach(async () => {
      await host.app.close();
      await database.drop();
    });

    it('leaves no session by password alone behind an enable that was under way', async () => {
      const { twoFactor, clock } = host;
      const { id: userId } = ANN;
      const signIn = { authenticatedAt: clock.now() };
      const { otpauthUri } = await twoFactor.setup({ user: ANN, signIn });
      const code = Phone.of(otpauthUri, clock).freshCode();
      await database.query('INSERT INTO host_sessions VALUES ($1)', [userId]);
      const holder = new Client({ connectionString: database.url });
      await holder.connect();
      await holder.query('BEGIN');
      await holder.query('SELECT FROM host_sessions FOR UPDATE');

      // Enable has the user's lock, and waits for the session that it ends. The sign-in waits for the lock.
      const enabled = twoFactor.enable({
        sessionId: SOME_SESSION,
        userId,
        code,
        signIn,
        inSameCommit: ENDED,
      });
      await somebodyWaits(database);
      const signedIn = twoFactor.beginSignIn({ userId, inSameCommit: OPENED });
      await somebodyWaits(database, { atLeast: 2 });
      await holder.query('ROLLBACK');
      await holder.end();

      await enabled;
      expect(await signedIn).toMatchObject({ status: 'second_factor_required' });
      expect(await database.query('SELECT user_id FROM host_sessions')).toEqual([]);
    });

    it('looks at five of fifty guesses at once, and signs in with the right code', async () => {
      const { app, twoFactor, clock } = host;
      const { phone, backupCodes } = await enrol(app, ANN, { clock });
      const tokens: string[] = [];
      for (let count = 0; count < 5; count += 1) {
        tokens.push(await challengeTokenOf(twoFactor, ANN.id));
      }
      const answer = (challengeToken: string, proof: { code: string } | { backupCode: string }) =>
        twoFactor
          .completeSignIn({ sessionId: SOME_SESSION, challengeToken, proof, inSameCommit: OPENED })
          .then(
            (outcome) => (outcome.status === 'complete' ? outcome.method : outcome.status),
            ({ code }: { readonly code: string }) => code,
          );

      const guesses = await Promise.all(
        Array.from({ length: 50 }, (_, turn) => answer(tokens[turn % 5]!, { code: phone.wrongCode() })),
      );
      const right = await Promise.all(
        Array.from({ length: 10 }, (_, turn) => answer(tokens[turn % 5]!, { backupCode: backupCodes[0]! })),
      );

      expect(guesses.filter((code) => code === 'TWO_FACTOR_CODE_INVALID')).toHaveLength(5);
      expect(guesses.filter((code) => code === 'TWO_FACTOR_LOCKED')).toHaveLength(45);
      expect(right.filter((code) => code === 'backup_code')).toHaveLength(1);
      expect(await database.query('SELECT user_id FROM host_sessions')).toEqual([{ user_id: ANN.id }]);
    });

    it('lets two processes start at the same moment with a key that is new', async () => {
      await database.query('TRUNCATE two_factor_keys');
      const holder = new Client({ connectionString: database.url });
      await holder.connect();
      await holder.query('BEGIN');
      await holder.query(`SELECT pg_advisory_xact_lock(hashtextextended('nestjs-two-factor/keys', 0))`);

      const starting = Promise.allSettled([startHost(database), startHost(database)]);
      await somebodyWaits(database, { atLeast: 2 });
      await holder.query('ROLLBACK');
      await holder.end();

      const started = await starting;
      await Promise.all(
        started.map(async (result) => result.status === 'fulfilled' && (await result.value.app.close())),
      );
      expect(started).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }]);
    });
  },
);
