import { ForbiddenException, Injectable } from '@nestjs/common';
import type { HostSession } from 'nestjs-two-factor';
import { TwoFactorService } from 'nestjs-two-factor';
import { FixedClock, Phone, enrol } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { challengeTokenOf } from '../support/challenge.js';
import { call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { type SmallApp, SmallHost, startSmallApp, tokenOf } from './small-host.js';

const GONE = new Error('the user was deleted meanwhile');

/** Fails where it must not: after the commit. */
@Injectable()
class FailingHost extends SmallHost {
  override async prepareSession(): Promise<HostSession> {
    await Promise.resolve();
    return {
      id: 'next',
      answerFor: async (userId) => {
        await Promise.resolve();
        throw userId === 'banned' ? new ForbiddenException('banned') : GONE;
      },
    };
  }
}

const clock = new FixedClock();
let database: TestDatabase;
let app: SmallApp;
beforeAll(async () => {
  database = await createDatabase();
  app = await startSmallApp(database, { host: FailingHost, clock });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const LINE = 'answerFor has failed after the commit: the code is spent, and the user has to sign in again';

async function verify(userId: string, code: string) {
  const challengeToken = await challengeTokenOf(app.nest.get(TwoFactorService), userId);
  return call(app.url, '/auth/2fa/verify', { body: { challengeToken, code } });
}

describe('a host whose answerFor fails', () => {
  it('has its client told at verify to sign in again, and its log told what has happened', async () => {
    const { phone } = await enrol(app.nest, { id: 'ann', label: 'ann' }, { clock });
    const code = phone.freshCode();
    app.logged.length = 0;

    const answer = await verify('ann', code);

    expect(answer.status).toBe(500);
    expect(answer.body).toEqual({
      statusCode: 500,
      error: 'Internal Server Error',
      code: 'TWO_FACTOR_SESSION_FAILED',
      message: 'The code was accepted, but no session could be given. Sign in again.',
    });
    expect(app.logged[0]).toEqual([{ err: GONE, userId: 'ann' }, LINE, 'TwoFactor']);
    // As it says: the code is spent, and a new sign-in asks for another.
    expect(await verify('ann', code)).toMatchObject({ status: 422 });
  });

  it('has it told at enable, and the factor is on', async () => {
    const token = tokenOf('bob', 'first', clock.now());
    const { body: setup } = await call(app.url, '/auth/2fa/setup', { method: 'POST', token });
    const code = Phone.of(String(setup['otpauthUri']), clock).freshCode();

    const answer = await call(app.url, '/auth/2fa/enable', { body: { code }, token });

    expect(answer).toMatchObject({ status: 500, body: { code: 'TWO_FACTOR_SESSION_FAILED' } });
    expect(await app.nest.get(TwoFactorService).status('bob')).toMatchObject({ enabled: true });
  });

  it('may answer by an exception of HTTP, which is told as it is', async () => {
    const { phone } = await enrol(app.nest, { id: 'banned', label: 'banned' }, { clock });

    const answer = await verify('banned', phone.freshCode());

    expect(answer).toMatchObject({ status: 403, body: { message: 'banned' } });
    expect(app.logged.at(-1)).toContain(LINE);
  });
});
