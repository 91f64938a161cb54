import { TwoFactorImporter } from 'nestjs-two-factor';
import { enrol } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SOME_SESSION, challengeTokenOf } from '../support/challenge.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { type Host, startHost } from '../support/host.js';

const ANN = { id: '1', label: 'ann@example.com' };

let database: TestDatabase;
let replica: TestDatabase;
let host: Host;

beforeAll(async () => {
  database = await createDatabase();
  // It lags for ever: its tables are there, and nothing is in them.
  replica = await createDatabase();
  host = await startHost(database, {
    changed: { replication: { master: database.connection, slaves: [replica.connection] } },
  });
});
afterAll(async () => {
  await host.app.close();
  await database.drop();
  await replica.drop();
});

it('asks the primary for everything, however far behind a replica is', async () => {
  const { app, twoFactor, clock } = host;
  const { phone, backupCodes } = await enrol(app, ANN, { clock });
  const answer = async (
    proof: { readonly code: string } | { readonly backupCode: string },
  ): Promise<unknown> => {
    const challengeToken = await challengeTokenOf(twoFactor, ANN.id);
    return twoFactor
      .completeSignIn({ sessionId: SOME_SESSION, challengeToken, proof })
      .catch((error: unknown) => error);
  };

  await answer({ backupCode: backupCodes[0]! });
  // Whether it is one of the user's decides between the two reasons.
  const spent = await answer({ backupCode: backupCodes[0]! });
  const unknown = await answer({ backupCode: 'AAAAA-AAAAA-AAAAA' });
  for (let count = 0; count < 4; count += 1) {
    await answer({ code: phone.wrongCode() });
  }
  const fifth = await answer({ code: phone.wrongCode() });
  clock.advance({ seconds: 10 });
  const locked = await answer({ code: phone.wrongCode() });

  expect(spent).toMatchObject({ reason: 'replayed' });
  expect(unknown).toMatchObject({ reason: 'wrong' });
  expect(fifth).toMatchObject({ code: 'TWO_FACTOR_CODE_INVALID' });
  expect(locked).toMatchObject({ code: 'TWO_FACTOR_LOCKED', retryAfterSeconds: 20 });
  expect(await twoFactor.status(ANN.id)).toMatchObject({ enabled: true, backupCodes: { remaining: 9 } });
  expect(await twoFactor.latestEvents(ANN.id)).toHaveLength(11);
  const known = [{ userId: ANN.id, secret: 'A'.repeat(32) }];
  expect(await app.get(TwoFactorImporter).run(known, { isDryRun: true })).toMatchObject({
    imported: [],
    skipped: [ANN.id],
  });
});
