import type { INestApplicationContext } from '@nestjs/common';
import { Injectable, Module } from '@nestjs/common';
import {
  InjectTwoFactor,
  type TwoFactorLimits,
  TwoFactorModule,
  TwoFactorService,
  twoFactorToken,
} from 'nestjs-two-factor';
import { FixedClock, enrol } from 'nestjs-two-factor/testing';
import { typeOrm } from 'nestjs-two-factor/typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { challengeTokenOf } from '../support/challenge.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { ANN, type Imports, PLAIN, startModule } from './start-module.js';

let database: TestDatabase;
let app: INestApplicationContext | undefined;
let clock: FixedClock;

beforeEach(async () => {
  database = await createDatabase();
  clock = new FixedClock();
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await database.drop();
});

async function start(...imports: Imports): Promise<INestApplicationContext> {
  app = await startModule(database, ...imports);
  return app;
}

describe('an issuer that gives no name for a user', () => {
  it('spends no code, and leaves the setup that was pending', async () => {
    let issuer = 'Acme';
    const running = await start(TwoFactorModule.forRoot({ ...PLAIN, issuer: () => issuer, clock }));
    const { backupCodes } = await enrol(running, ANN, { clock });
    issuer = '';

    const setup = running.get(TwoFactorService).setup({
      user: ANN,
      proof: { backupCode: backupCodes[0] },
      signIn: { authenticatedAt: clock.now() },
    });

    await expect(setup).rejects.toThrow('gave no name for a user');
    const status = await running.get(TwoFactorService).status(ANN.id);
    expect(status).toMatchObject({ pending: false, backupCodes: { remaining: 10 } });
  });
});

describe('a stricter limit', () => {
  /** Ann, enrolled under these limits, and what she can do. */
  async function enrolledWith(limits: TwoFactorLimits) {
    const running = await start(TwoFactorModule.forRoot({ ...PLAIN, clock, limits }));
    const service = running.get(TwoFactorService);
    const { phone, backupCodes } = await enrol(running, ANN, { clock });
    const challenge = (): Promise<string> => challengeTokenOf(service, ANN.id);
    const answer = (challengeToken: string, code: string) =>
      service.completeSignIn({ challengeToken, proof: { code }, sessionId: 's1' });
    /** Guesses once, past every delay. */
    const guess = async (): Promise<unknown> => {
      clock.advance({ seconds: 901 });
      return answer(await challenge(), phone.wrongCode()).catch((error: unknown) => error);
    };
    return { service, phone, backupCodes, challenge, answer, guess };
  }

  it('ends a challenge after fewer attempts', async () => {
    const { phone, challenge, answer } = await enrolledWith({ challengeAttempts: 2 });
    const token = await challenge();

    await expect(answer(token, phone.wrongCode())).rejects.toMatchObject({ code: 'TWO_FACTOR_CODE_INVALID' });
    await expect(answer(token, phone.wrongCode())).rejects.toMatchObject({ code: 'TWO_FACTOR_CODE_INVALID' });

    await expect(answer(token, phone.freshCode())).rejects.toMatchObject({
      code: 'TWO_FACTOR_CHALLENGE_INVALID',
    });
  });

  it('ends a challenge sooner', async () => {
    const { phone, challenge, answer } = await enrolledWith({ challengeSeconds: 30 });
    const token = await challenge();

    clock.advance({ seconds: 30 });

    await expect(answer(token, phone.freshCode())).rejects.toMatchObject({
      code: 'TWO_FACTOR_CHALLENGE_INVALID',
    });
  });

  it('locks the account for the day after fewer failures, and says for how long', async () => {
    const { guess } = await enrolledWith({ failuresPerDay: 6 });

    const answers = [];
    for (let count = 0; count < 7; count += 1) {
      answers.push(await guess());
    }

    expect(answers.slice(0, 6)).toMatchObject(
      Array.from({ length: 6 }, () => ({ code: 'TWO_FACTOR_CODE_INVALID' })),
    );
    // The first of the six was 6 × 901 seconds before the seventh.
    expect(answers[6]).toMatchObject({ code: 'TWO_FACTOR_LOCKED', retryAfterSeconds: 86_400 - 6 * 901 });
  });

  it('locks the account for the month after fewer failures', async () => {
    const { guess } = await enrolledWith({ failuresPer30Days: 5 });

    const answers = [];
    for (let count = 0; count < 6; count += 1) {
      clock.advance({ seconds: 86_400 });
      answers.push(await guess());
    }

    expect(answers[4]).toMatchObject({ code: 'TWO_FACTOR_CODE_INVALID' });
    expect(answers[5]).toMatchObject({ code: 'TWO_FACTOR_LOCKED' });
  });

  it('voids a setup sooner', async () => {
    const { service, backupCodes } = await enrolledWith({ setupSeconds: 60 });
    const signIn = { authenticatedAt: clock.now() };
    const proof = { backupCode: backupCodes[0] };
    const { expiresAt } = await service.setup({ user: ANN, proof, signIn });

    clock.advance({ seconds: 60 });

    expect(expiresAt).toEqual(clock.now());
    await expect(
      service.enable({ userId: ANN.id, code: '000000', signIn, sessionId: 's1' }),
    ).rejects.toMatchObject({
      code: 'TWO_FACTOR_SETUP_NOT_PENDING',
    });
  });

  it('asks for the password sooner', async () => {
    const { service, phone } = await enrolledWith({ recentSignInSeconds: 60 });
    const signIn = { authenticatedAt: clock.now() };

    clock.advance({ seconds: 61 });

    await expect(
      service.disable({ userId: ANN.id, proof: { code: phone.freshCode() }, signIn }),
    ).rejects.toMatchObject({
      code: 'AUTH_REAUTHENTICATION_REQUIRED',
    });
  });
});

describe('modules with names', () => {
  @Injectable()
  class Tenants {
    constructor(
      @InjectTwoFactor('left') readonly left: TwoFactorService,
      @InjectTwoFactor('right') readonly right: TwoFactorService,
    ) {}
  }

  const modules = [
    TwoFactorModule.forRoot({ name: 'left', ...PLAIN, issuer: 'Left' }),
    TwoFactorModule.forRoot({ name: 'right', ...PLAIN, issuer: 'Right' }),
  ];

  it('give each its own service', async () => {
    @Module({ imports: modules, providers: [Tenants] })
    class Host {}

    const running = await start(Host);
    const { left, right } = running.get(Tenants);
    const signIn = { authenticatedAt: new Date() };
    const [leftSetup, rightSetup] = [
      await left.setup({ user: ANN, signIn }),
      await right.setup({ user: { ...ANN, id: '2' }, signIn }),
    ];

    expect(leftSetup.otpauthUri).toContain('issuer=Left&');
    expect(rightSetup.otpauthUri).toContain('issuer=Right&');
    expect(running.get(twoFactorToken('left'), { strict: false })).toBe(left);
  });

  it('are not injected by the class alone', async () => {
    @Injectable()
    class Careless {
      constructor(readonly twoFactor: TwoFactorService) {}
    }
    @Module({ imports: modules, providers: [Careless] })
    class Host {}

    await expect(start(Host)).rejects.toThrow(/can't resolve dependencies of the Careless/);
  });
});

describe('faulty options', () => {
  it('stop the start, with every fault named', async () => {
    const faulty = TwoFactorModule.forRootAsync({
      database: typeOrm(),
      useFactory: () => ({ issuer: '', keys: process.env['NOT_SET'], peppers: 'p1:c2hvcnQ=' }),
    });

    await expect(start(faulty)).rejects.toThrow(
      'The options of TwoFactorModule are not valid: issuer: must not be empty; ' +
        'keys: undefined: the variable is not set, or was read before ConfigModule had loaded .env. ' +
        'Use forRootAsync, and take it from ConfigService; peppers: key 1: 32 bytes are needed, 5 were given',
    );
  });
});
