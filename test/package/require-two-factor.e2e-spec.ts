import 'reflect-metadata';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  type INestApplication,
  Injectable,
  Module,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  type HostSession,
  type TwoFactorCaller,
  type TwoFactorHost,
  TwoFactorHostError,
  TwoFactorModule,
  TwoFactorService,
  TwoFactorSessions,
  createRequireTwoFactor,
} from 'nestjs-two-factor';
import { FixedClock, Phone } from 'nestjs-two-factor/testing';
import { TWO_FACTOR_ENTITIES } from 'nestjs-two-factor/typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { challengeTokenOf } from '../support/challenge.js';
import { call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { PLAIN } from './start-module.js';

interface SignedInRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  session: { readonly id: string; readonly userId: string };
}

/** Takes a token for what it says: `user session`. */
@Injectable()
class TokenGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<SignedInRequest>();
    const [, userId, id] = request.headers['authorization']?.split(' ') ?? [];
    if (userId === undefined || id === undefined) {
      throw new UnauthorizedException();
    }
    request.session = { id, userId };
    return true;
  }
}

@Injectable()
class Host implements TwoFactorHost<SignedInRequest> {
  callerOf({ session: { id, userId } }: SignedInRequest): TwoFactorCaller {
    return { user: { id: userId, label: 'ann@example.com' }, sessionId: id, authenticatedAt: new Date() };
  }

  prepareSession(): HostSession {
    return { id: 'none', answerFor: () => ({}) };
  }
}

/** As a host says it that looks its callers up. */
@Injectable()
class AsynchronousHost implements TwoFactorHost<SignedInRequest> {
  readonly #host = new Host();

  async callerOf(request: SignedInRequest): Promise<TwoFactorCaller> {
    await Promise.resolve();
    return this.#host.callerOf(request);
  }

  prepareSession(): HostSession {
    return this.#host.prepareSession();
  }
}

const RequireTwoFactor = createRequireTwoFactor({ host: Host, guards: [TokenGuard] });
const RequireLookedUp = createRequireTwoFactor({ host: AsynchronousHost, guards: [TokenGuard] });
/** As for a host whose guard is global, in one whose guard is not. */
const RequireWithoutGuard = createRequireTwoFactor({ host: Host, guards: [] });

@Controller('method')
class OnMethods {
  @Get('alone')
  @RequireTwoFactor()
  alone(): string {
    return 'gold';
  }

  @Get('below-the-guard')
  @UseGuards(TokenGuard)
  @RequireTwoFactor()
  below(): string {
    return 'gold';
  }

  @Get('above-the-guard')
  @RequireTwoFactor()
  @UseGuards(TokenGuard)
  above(): string {
    return 'gold';
  }

  @Get('looked-up')
  @RequireLookedUp()
  lookedUp(): string {
    return 'gold';
  }

  @Get('before-the-guard')
  @UseGuards(TokenGuard)
  @RequireWithoutGuard()
  before(): string {
    return 'gold';
  }
}

@Controller('class')
@RequireTwoFactor()
class OnTheClass {
  @Get('alone')
  alone(): string {
    return 'gold';
  }

  @Get('guard-on-the-method')
  @UseGuards(TokenGuard)
  guarded(): string {
    return 'gold';
  }
}

@Controller('guarded-class')
@UseGuards(TokenGuard)
class OnMethodsOfAGuardedClass {
  @Get('alone')
  @RequireTwoFactor()
  alone(): string {
    return 'gold';
  }

  @Get('by-the-guard-of-the-class')
  @RequireWithoutGuard()
  byClass(): string {
    return 'gold';
  }
}

/** Knows nothing of the second factor but the decorator. */
@Module({ controllers: [OnMethods, OnTheClass, OnMethodsOfAGuardedClass] })
class Elsewhere {}

let app: INestApplication;
let database: TestDatabase;
let twoFactor: TwoFactorService;
const clock = new FixedClock();
const logged: unknown[] = [];
beforeAll(async () => {
  database = await createDatabase();
  const connection = { type: 'postgres', ...database.connection, retryAttempts: 0 } as const;
  const module = await Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({ ...connection, entities: [...TWO_FACTOR_ENTITIES] }),
      TwoFactorModule.forRoot({ ...PLAIN, clock }),
      Elsewhere,
    ],
    providers: [Host, AsynchronousHost],
  })
    .setLogger({ log: () => {}, warn: () => {}, error: (message: unknown) => logged.push(message) })
    .compile();
  app = module.createNestApplication();
  twoFactor = app.get(TwoFactorService);
  await app.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

async function open(path: string, token?: string): Promise<string> {
  const { status, body, text } = await call(await app.getUrl(), path, { token });
  return `${status} ${text === 'gold' ? text : String(body['code'] ?? body['message'])}`;
}

const NO_FACTOR = '403 TWO_FACTOR_REQUIRED';
const CLOSED = '403 TWO_FACTOR_STEP_UP_REQUIRED';
const OPEN = '200 gold';
let users = 0;
let userId = '';
let phone: Phone;
const now = () => ({ authenticatedAt: clock.now() });

/** Turns the second factor on in the session `first`. */
beforeEach(async () => {
  users += 1;
  userId = `ann${users}`;
  const { otpauthUri } = await twoFactor.setup({ user: { id: userId, label: 'ann' }, signIn: now() });
  phone = Phone.of(otpauthUri, clock);
  await twoFactor.enable({ userId, code: phone.freshCode(), signIn: now(), sessionId: 'first' });
  clock.advance({ seconds: 30 });
});

describe('@RequireTwoFactor()', () => {
  it.each([
    ['/method/alone'],
    ['/method/below-the-guard'],
    ['/method/above-the-guard'],
    ['/method/looked-up'],
    ['/class/alone'],
    ['/class/guard-on-the-method'],
    ['/guarded-class/alone'],
    ['/guarded-class/by-the-guard-of-the-class'],
  ])('lets in the session that passed a second factor, and nobody else, at %s', async (path) => {
    const answers = [
      await open(path),
      await open(path, `${userId} second`),
      await open(path, 'bob first'),
      await open(path, `${userId} first`),
    ];

    expect(answers).toEqual(['401 Unauthorized', CLOSED, NO_FACTOR, OPEN]);
  });

  it('lets in a session that passes one at its sign-in, beside the others', async () => {
    const challengeToken = await challengeTokenOf(twoFactor, userId);
    await twoFactor.completeSignIn({ challengeToken, proof: { code: phone.code() }, sessionId: 'second' });

    expect(await open('/class/alone', `${userId} second`)).toBe(OPEN);
    expect(await open('/class/alone', `${userId} first`)).toBe(OPEN);
  });

  it('lets in no session for a wrong code', async () => {
    const challengeToken = await challengeTokenOf(twoFactor, userId);
    const proof = { code: phone.wrongCode() };
    await twoFactor.completeSignIn({ challengeToken, proof, sessionId: 'second' }).catch(() => {});

    expect(await open('/class/alone', `${userId} second`)).toBe(CLOSED);
  });

  it('counts nothing any more once the factor is off, and nothing of it when another one is on', async () => {
    await twoFactor.disable({ userId, proof: { code: phone.code() }, signIn: now() });
    expect(await open('/class/alone', `${userId} first`)).toBe(NO_FACTOR);
    const { otpauthUri } = await twoFactor.setup({ user: { id: userId, label: 'ann' }, signIn: now() });
    const code = Phone.of(otpauthUri, clock).freshCode();
    await twoFactor.enable({ userId, code, signIn: now(), sessionId: 'third' });

    expect(await open('/class/alone', `${userId} first`)).toBe(CLOSED);
    expect(await open('/class/alone', `${userId} third`)).toBe(OPEN);
  });

  it('counts what was passed under an older generation for nothing, wherever its row is', async () => {
    await database.query('UPDATE two_factor_accounts SET generation = generation + 1 WHERE user_id = $1', [
      userId,
    ]);

    expect(await open('/class/alone', `${userId} first`)).toBe(CLOSED);
  });

  it('counts it for 90 days, and from the moment on in which it was passed', async () => {
    clock.advance({ seconds: 90 * 86_400 - 31 });
    expect(await open('/class/alone', `${userId} first`)).toBe(OPEN);
    clock.advance({ seconds: 1 });
    expect(await open('/class/alone', `${userId} first`)).toBe(CLOSED);
    await database.query('UPDATE two_factor_assurances SET passed_at = $2 WHERE user_id = $1', [
      userId,
      new Date(clock.now().getTime() + 1),
    ]);
    expect(await open('/class/alone', `${userId} first`)).toBe(CLOSED);
  });

  it('lets nobody in before the guard has run, and tells the host what to write', async () => {
    logged.length = 0;

    expect(await open('/method/before-the-guard', `${userId} first`)).toBe('500 Internal server error');

    expect(logged).toEqual([expect.any(TwoFactorHostError)]);
    expect(logged).toHaveProperty('0.message', expect.stringContaining('{ guards: [YourGuard] }'));
    expect(logged).toHaveProperty('0.cause', expect.any(TypeError));
  });

  it.each(['', 'undefined', 'null', '[object Object]'])('takes "%s" for no session', async (sessionId) => {
    await expect(app.get(TwoFactorSessions).passedFactors({ userId, sessionId })).rejects.toThrow(
      TwoFactorHostError,
    );
    const challengeToken = await challengeTokenOf(twoFactor, userId);
    const proof = { code: phone.code() };
    await expect(twoFactor.completeSignIn({ challengeToken, proof, sessionId })).rejects.toThrow(
      'is no name of a session',
    );
    const change = { userId, code: phone.code(), signIn: now(), sessionId };
    await expect(twoFactor.enable(change)).rejects.toThrow('is no name of a session');
  });
});
