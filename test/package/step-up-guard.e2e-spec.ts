import 'reflect-metadata';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  type INestApplication,
  Injectable,
  Module,
  type Type,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  type HostSession,
  type TwoFactorCaller,
  type TwoFactorDemand,
  type TwoFactorHost,
  TwoFactorHostError,
  TwoFactorModule,
  TwoFactorService,
  TwoFactorSessions,
  createRequireTwoFactor,
  createStepUpController,
} from 'nestjs-two-factor';
import { FixedClock, Phone } from 'nestjs-two-factor/testing';
import { TWO_FACTOR_ENTITIES } from 'nestjs-two-factor/typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { challengeTokenOf } from '../support/challenge.js';
import { type Answer, call } from '../support/client.js';
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

const RequireTwoFactor = createRequireTwoFactor({ host: Host, guards: [TokenGuard] });
/** For clients of OAuth. */
const RequireAsRfc9470 = createRequireTwoFactor({ host: Host, guards: [TokenGuard], stepUpStatus: 401 });
const StepUpController = createStepUpController<SignedInRequest>({
  path: 'auth/2fa',
  host: Host,
  guards: [TokenGuard],
});

@Controller('method')
class OnMethods {
  @Get('any')
  @RequireTwoFactor()
  any(): string {
    return 'gold';
  }

  @Get('fresh')
  @RequireTwoFactor({ maxAge: '5m' })
  fresh(): string {
    return 'gold';
  }

  @Get('by-totp')
  @RequireTwoFactor({ methods: ['totp'] })
  byTotp(): string {
    return 'gold';
  }

  @Get('below-the-guard')
  @UseGuards(TokenGuard)
  @RequireTwoFactor({ maxAge: '5m' })
  below(): string {
    return 'gold';
  }

  @Get('above-the-guard')
  @RequireTwoFactor({ maxAge: '5m' })
  @UseGuards(TokenGuard)
  above(): string {
    return 'gold';
  }

  @Get('rfc-9470')
  @RequireAsRfc9470({ maxAge: '90s', methods: ['totp'] })
  rfc9470(): string {
    return 'gold';
  }
}

@Controller('class')
@RequireTwoFactor({ maxAge: '5m' })
class OnTheClass {
  @Get('as-the-class')
  asTheClass(): string {
    return 'gold';
  }

  @Get('stricter')
  @RequireTwoFactor({ maxAge: '1m' })
  stricter(): string {
    return 'gold';
  }

  @Get('laxer')
  @RequireTwoFactor()
  laxer(): string {
    return 'gold';
  }
}

@Controller('inherits')
class Inherits extends OnTheClass {}

@Controller('inherits-and-says')
@RequireTwoFactor({ maxAge: '1m' })
class InheritsAndSays extends OnTheClass {
  /** A route of the class above, written anew: what the class says holds for it. */
  @Get('as-the-class')
  override asTheClass(): string {
    return 'gold';
  }
}

@Controller('inherits-methods')
class InheritsMethods extends OnMethods {}

let app: INestApplication;
let database: TestDatabase;
let twoFactor: TwoFactorService;
const clock = new FixedClock();

function moduleOf(elsewhere: Type, name?: string): ReturnType<typeof Test.createTestingModule> {
  const connection = { type: 'postgres', ...database.connection, retryAttempts: 0 } as const;
  return Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({ ...connection, entities: [...TWO_FACTOR_ENTITIES] }),
      TwoFactorModule.forRoot({ ...PLAIN, clock, isGlobal: true, ...(name === undefined ? {} : { name }) }),
      elsewhere,
    ],
    providers: [Host],
  }).setLogger({ log: () => {}, warn: () => {}, error: () => {} });
}

@Module({
  controllers: [OnMethods, OnTheClass, Inherits, InheritsAndSays, InheritsMethods, StepUpController],
  providers: [Host],
})
class Elsewhere {}

beforeAll(async () => {
  database = await createDatabase();
  const module = await moduleOf(Elsewhere).compile();
  app = module.createNestApplication();
  twoFactor = app.get(TwoFactorService);
  await app.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

let users = 0;
let userId = '';
let phone: Phone;
let backupCodes: readonly string[];
const signIn = () => ({ authenticatedAt: clock.now() });

/** Turns the second factor on in the session `first`, half a minute ago. */
beforeEach(async () => {
  users += 1;
  userId = `ann${users}`;
  const setup = await twoFactor.setup({ user: { id: userId, label: 'ann' }, signIn: signIn() });
  ({ backupCodes } = setup);
  phone = Phone.of(setup.otpauthUri, clock);
  await twoFactor.enable({ userId, code: phone.freshCode(), signIn: signIn(), sessionId: 'first' });
  clock.advance({ seconds: 30 });
});

async function get(path: string, session = 'first'): Promise<Answer> {
  return call(await app.getUrl(), path, { token: `${userId} ${session}` });
}

async function open(path: string, session?: string): Promise<string> {
  const { status, body, text } = await get(path, session);
  return `${status} ${text === 'gold' ? text : String(body['code'] ?? body['message'])}`;
}

async function stepUp(body: object, session = 'first'): Promise<Answer> {
  return call(await app.getUrl(), '/auth/2fa/step-up', { body, token: `${userId} ${session}` });
}

async function signInWith(proof: object, session: string): Promise<void> {
  const challengeToken = await challengeTokenOf(twoFactor, userId);
  await twoFactor.completeSignIn({ challengeToken, proof, sessionId: session });
}

const CLOSED = '403 TWO_FACTOR_STEP_UP_REQUIRED';
const OPEN = '200 gold';

describe('@RequireTwoFactor({ maxAge })', () => {
  it('invariant 39: lets in a proof that is exactly as old, and none that is a second older', async () => {
    clock.advance({ seconds: 269 });
    expect(await open('/method/fresh')).toBe(OPEN);
    clock.advance({ seconds: 1 });
    expect(await open('/method/fresh')).toBe(OPEN);
    clock.advance({ seconds: 1 });
    expect(await open('/method/fresh')).toBe(CLOSED);
    expect(await open('/method/any')).toBe(OPEN);
  });

  it('invariant 39: lets in no proof of the future, and it again once it is none', async () => {
    clock.advance({ seconds: -31 });
    expect(await open('/method/fresh')).toBe(CLOSED);
    expect(await open('/method/any')).toBe(CLOSED);
    clock.advance({ seconds: 1 });
    expect(await open('/method/fresh')).toBe(OPEN);
    clock.advance({ seconds: 30 });
  });

  it.each(['/method/below-the-guard', '/method/above-the-guard'])(
    'holds in any order, at %s',
    async (path) => {
      expect(await open(path)).toBe(OPEN);
      expect(await open(path, 'second')).toBe(CLOSED);
      clock.advance({ seconds: 271 });
      expect(await open(path)).toBe(CLOSED);
    },
  );

  it('says what is missing, in the body and as RFC 9470 has it', async () => {
    clock.advance({ seconds: 271 });

    const { status, body, headers } = await get('/method/fresh');

    expect({ status, body }).toMatchObject({
      status: 403,
      body: {
        statusCode: 403,
        error: 'Forbidden',
        code: 'TWO_FACTOR_STEP_UP_REQUIRED',
        details: [{ maxAgeSeconds: 300, methods: ['totp'] }],
      },
    });
    expect(headers.get('www-authenticate')).toMatch(
      /^Bearer error="insufficient_user_authentication", error_description="[^"]+", max_age="300"$/,
    );
  });

  it('says no age where any will do', async () => {
    const { status, body, headers } = await get('/method/any', 'second');

    expect({ status, body }).toMatchObject({ status: 403, body: { code: 'TWO_FACTOR_STEP_UP_REQUIRED' } });
    expect(body['details']).toEqual([{ methods: ['totp'] }]);
    expect(headers.get('www-authenticate')).not.toContain('max_age');
  });

  it('answers 401 where the host says so, to the letter of RFC 9470', async () => {
    clock.advance({ seconds: 61 });

    const { status, body, headers } = await get('/method/rfc-9470');

    expect({ status, body }).toMatchObject({
      status: 401,
      body: { statusCode: 401, error: 'Unauthorized', code: 'TWO_FACTOR_STEP_UP_REQUIRED' },
    });
    expect(headers.get('www-authenticate')).toContain('max_age="90"');
  });

  it('tells an account without a factor that it needs one, with no challenge', async () => {
    await twoFactor.disable({ userId, proof: { code: phone.code() }, signIn: signIn() });

    const { status, body, headers } = await get('/method/fresh');

    expect({ status, body }).toMatchObject({ status: 403, body: { code: 'TWO_FACTOR_REQUIRED' } });
    expect(headers.get('www-authenticate')).toBeNull();
  });
});

describe('@RequireTwoFactor() on a class', () => {
  it.each([
    ['/class/as-the-class', 300],
    ['/class/stricter', 60],
    ['/inherits/as-the-class', 300],
    ['/inherits/stricter', 60],
    ['/inherits-and-says/as-the-class', 60],
    ['/inherits-and-says/stricter', 60],
    ['/inherits-methods/fresh', 300],
  ])('at %s admits a proof of %d seconds', async (path, seconds) => {
    clock.advance({ seconds: seconds - 30 });
    expect(await open(path)).toBe(OPEN);
    clock.advance({ seconds: 1 });
    expect(await open(path)).toBe(CLOSED);
  });

  it.each(['/class/laxer', '/inherits/laxer', '/inherits-and-says/laxer'])(
    'counts for less than what the method says, at %s',
    async (path) => {
      clock.advance({ seconds: 86_400 });

      expect(await open(path)).toBe(OPEN);
      expect(await open(path, 'second')).toBe(CLOSED);
    },
  );
});

describe('a step-up', () => {
  it('raises the session that makes it, and no other', async () => {
    await signInWith({ code: phone.freshCode() }, 'second');
    clock.advance({ seconds: 301 });

    const { status, body } = await stepUp({ code: phone.freshCode() });

    expect({ status, body }).toEqual({
      status: 200,
      body: { method: 'totp', at: clock.now().toISOString() },
      // The answer is no session: the tokens stay.
    });
    expect(await open('/method/fresh')).toBe(OPEN);
    expect(await open('/method/fresh', 'second')).toBe(CLOSED);
    const events = await twoFactor.latestEvents(userId);
    expect(events[0]).toMatchObject({ type: 'stepped_up', method: 'totp', outcome: 'success', reason: null });
  });

  it('with a wrong code raises nothing, and is told', async () => {
    clock.advance({ seconds: 301 });

    const { status, body } = await stepUp({ code: phone.wrongCode() });

    expect({ status, body }).toMatchObject({ status: 422, body: { code: 'TWO_FACTOR_CODE_INVALID' } });
    expect(await open('/method/fresh')).toBe(CLOSED);
    const events = await twoFactor.latestEvents(userId);
    expect(events[0]).toMatchObject({ type: 'stepped_up', outcome: 'failure', reason: 'wrong' });
  });

  it('takes no code twice, whichever call it was for', async () => {
    const code = phone.freshCode();
    await signInWith({ code }, 'second');

    expect((await stepUp({ code })).status).toBe(422);
  });

  it('takes no backup code, and spends none', async () => {
    clock.advance({ seconds: 301 });
    const [backupCode = ''] = backupCodes;

    const answers = [await stepUp({ backupCode }), await stepUp({ code: backupCode }), await stepUp({})];

    expect(answers.map(({ status, body }) => `${status} ${String(body['code'])}`)).toEqual(
      Array.from({ length: 3 }, () => '400 VALIDATION_FAILED'),
    );
    await expect(
      app.get(TwoFactorSessions).stepUp({ userId, sessionId: 'first', proof: { backupCode } }),
    ).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await open('/method/fresh')).toBe(CLOSED);
    expect((await twoFactor.status(userId)).backupCodes.remaining).toBe(10);
  });

  it('is refused to an account without a factor', async () => {
    await twoFactor.disable({ userId, proof: { code: phone.code() }, signIn: signIn() });

    const { status, body } = await stepUp({ code: phone.wrongCode() });

    expect({ status, body }).toMatchObject({ status: 409, body: { code: 'TWO_FACTOR_NOT_ENABLED' } });
  });

  it('counts nothing any more under another generation', async () => {
    await stepUp({ code: phone.freshCode() });
    await database.query('UPDATE two_factor_accounts SET generation = generation + 1 WHERE user_id = $1', [
      userId,
    ]);

    expect(await open('/method/fresh')).toBe(CLOSED);
  });
});

describe('a sign-in with a backup code', () => {
  it('is a second factor, and neither a fresh one nor one by an authenticator', async () => {
    const [backupCode] = backupCodes;
    await signInWith({ backupCode }, 'second');

    expect(await open('/method/any', 'second')).toBe(OPEN);
    expect(await open('/method/fresh', 'second')).toBe(CLOSED);
    expect(await open('/method/by-totp', 'second')).toBe(CLOSED);

    await stepUp({ code: phone.freshCode() }, 'second');
    expect(await open('/method/fresh', 'second')).toBe(OPEN);
  });
});

describe('a demand that cannot be kept', () => {
  /** Hosts in JavaScript say what they like. */
  const said = (demand: unknown): TwoFactorDemand => demand as TwoFactorDemand;

  it.each([
    [{ maxAge: '5 minutes' }],
    [{ maxAge: '0s' }],
    [{ maxAge: '1.5h' }],
    [{ maxAge: '-5m' }],
    [{ maxAge: '91d' }],
    [{ maxAge: 300 }],
    [{ maxAge: null }],
    [{ methods: [] }],
    [{ methods: ['backup_code'] }],
    [{ methods: ['sms'] }],
    [{ methods: 'totp' }],
  ])('as %j is refused while the class is defined, by its name', (demand) => {
    const define = (): unknown => {
      class Payouts {
        @RequireTwoFactor(said(demand))
        list(): void {}
      }
      return Payouts;
    };

    expect(define).toThrow(TwoFactorHostError);
    expect(define).toThrow('@RequireTwoFactor() on Payouts.list: ');
  });

  async function started(module: Type): Promise<unknown> {
    let testing: TestingModule | undefined;
    try {
      testing = await moduleOf(module).compile();
      await testing.createNestApplication().init();
      return undefined;
    } catch (error) {
      return error;
    } finally {
      await testing?.close();
    }
  }

  it('is refused at start on what is no controller: a resolver, a gateway', async () => {
    const Require = createRequireTwoFactor({ host: Host, guards: [TokenGuard] });
    @Injectable()
    class PayoutsResolver {
      @Require()
      pay(): string {
        return 'gold';
      }
    }
    @Module({ providers: [PayoutsResolver] })
    class Resolvers {}

    expect(await started(Resolvers)).toEqual(
      new TwoFactorHostError(
        '@RequireTwoFactor() guards controllers, and PayoutsResolver is none: call require of TwoFactorSessions there',
      ),
    );
  });

  it('is refused at start on a method that is no route: a message pattern', async () => {
    const Require = createRequireTwoFactor({ host: Host, guards: [TokenGuard] });
    @Controller()
    class Payouts {
      @Require()
      onMessage(): string {
        return 'gold';
      }
    }
    @Module({ controllers: [Payouts] })
    class Messages {}

    expect(await started(Messages)).toMatchObject({
      name: 'TwoFactorHostError',
      message: expect.stringContaining('Payouts.onMessage is no route'),
    });
  });

  it('is refused at start where a route with it is written anew without it', async () => {
    const Require = createRequireTwoFactor({ host: Host, guards: [TokenGuard] });
    class Payouts {
      @Get('payouts')
      @Require({ maxAge: '5m' })
      list(): string {
        return 'gold';
      }
    }
    @Controller()
    class OwnPayouts extends Payouts {
      @Get('payouts')
      override list(): string {
        return 'gold';
      }
    }
    @Module({ controllers: [OwnPayouts] })
    class Overridden {}

    expect(await started(Overridden)).toEqual(
      new TwoFactorHostError(
        'OwnPayouts.list overrides a route with @RequireTwoFactor(), and has none itself',
      ),
    );
  });

  it('is refused at start for a method that the module has no option for: a passkey without webauthn', async () => {
    const Require = createRequireTwoFactor({ host: Host, guards: [TokenGuard] });
    @Controller()
    @Require({ methods: ['passkey', 'totp'] })
    class Payouts {
      @Get('payouts')
      list(): string {
        return 'gold';
      }
    }
    @Module({ controllers: [Payouts] })
    class Passkeys {}

    expect(await started(Passkeys)).toEqual(
      new TwoFactorHostError(
        '@RequireTwoFactor() on Payouts asks for passkey, for which TwoFactorModule has no option',
      ),
    );
  });

  it('starts where every one of them can be kept', async () => {
    const Require = createRequireTwoFactor({ host: Host, guards: [TokenGuard] });
    @Controller()
    class Payouts {
      @Get('payouts')
      @Require({ maxAge: '90d', methods: ['totp'] })
      list(): string {
        return 'gold';
      }
    }
    @Module({ controllers: [Payouts] })
    class Kept {}

    expect(await started(Kept)).toBeUndefined();
  });
});
