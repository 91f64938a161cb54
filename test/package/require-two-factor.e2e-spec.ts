import 'reflect-metadata';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  type INestApplication,
  Injectable,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TwoFactorHostError, createRequireTwoFactor } from 'nestjs-two-factor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/client.js';

interface SignedInRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  user: { readonly hasSecondFactor: boolean };
}

/** Takes a token for what it says: `mfa`, `pwd`, or one from before there was a second factor. */
@Injectable()
class TokenGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<SignedInRequest>();
    const token = request.headers['authorization']?.replace('Bearer ', '');
    if (token === undefined) {
      throw new UnauthorizedException();
    }
    const claims: object = token === 'from before' ? {} : { hasSecondFactor: token === 'mfa' };
    request.user = claims as SignedInRequest['user'];
    return true;
  }
}

const claimOf = ({ user }: SignedInRequest): boolean => user.hasSecondFactor;
const lookedUp = async (request: SignedInRequest): Promise<boolean> => claimOf(request);

const RequireTwoFactor = createRequireTwoFactor(claimOf, { guards: [TokenGuard] });
const RequireLookedUp = createRequireTwoFactor(lookedUp, { guards: [TokenGuard] });
/** As for a host whose guard is global, in one whose guard is not. */
const RequireWithoutGuard = createRequireTwoFactor(claimOf, { guards: [] });

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

let app: INestApplication;
const logged: unknown[] = [];
beforeAll(async () => {
  const module = await Test.createTestingModule({
    controllers: [OnMethods, OnTheClass, OnMethodsOfAGuardedClass],
  })
    .setLogger({ log: () => {}, warn: () => {}, error: (message: unknown) => logged.push(message) })
    .compile();
  app = module.createNestApplication();
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());

async function open(path: string, token?: string): Promise<string> {
  const { status, body, text } = await call(await app.getUrl(), path, { token });
  return `${status} ${text === 'gold' ? text : String(body['code'] ?? body['message'])}`;
}

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
  ])('lets in whoever passed a second factor, and nobody else, at %s', async (path) => {
    const answers = [
      await open(path),
      await open(path, 'from before'),
      await open(path, 'pwd'),
      await open(path, 'mfa'),
    ];

    expect(answers).toEqual([
      '401 Unauthorized',
      '403 TWO_FACTOR_REQUIRED',
      '403 TWO_FACTOR_REQUIRED',
      '200 gold',
    ]);
  });

  it('lets nobody in before the guard has run, and tells the host what to write', async () => {
    logged.length = 0;

    expect(await open('/method/before-the-guard', 'mfa')).toBe('500 Internal server error');

    expect(logged).toEqual([expect.any(TwoFactorHostError)]);
    expect(logged).toHaveProperty('0.message', expect.stringContaining('{ guards: [YourGuard] }'));
    expect(logged).toHaveProperty('0.cause', expect.any(TypeError));
  });
});
