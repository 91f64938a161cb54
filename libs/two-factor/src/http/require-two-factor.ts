import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  SetMetadata,
  type Type,
  UseGuards,
  applyDecorators,
} from '@nestjs/common';
import { HttpAdapterHost, ModuleRef, Reflector } from '@nestjs/core';
import { type TwoFactorDemand, readDemand } from '../assurance/assurance-demand.js';
import { TwoFactorHostError } from '../errors/two-factor-host.error.js';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import { twoFactorToken } from '../inject-two-factor.js';
import type { AuthenticatorMethod } from '../options/factor-method.js';
import { TwoFactorSessions } from '../two-factor-sessions.service.js';
import { HttpOnly, REQUIRES_TWO_FACTOR, placeOf } from './guarded-places.js';
import { stepUpChallenge } from './step-up-challenge.js';
import type { TwoFactorCaller, TwoFactorHost } from './two-factor-host.js';

export interface RequireTwoFactorOptions<Request extends object> {
  /** The class that the controller has: it says who calls, and in which session. */
  readonly host: Type<TwoFactorHost<Request>>;
  /**
   * The guards that put the caller on the request. The decorator runs them first, wherever it stands, so that
   * `@UseGuards()` beside it is not needed, and no order of the two is wrong. Empty when they are global.
   */
  readonly guards: readonly Type<CanActivate>[];
  /** The `name` of the module that it asks, when that has one. */
  readonly name?: string;
  /**
   * The status of `TWO_FACTOR_STEP_UP_REQUIRED`. RFC 9470 has 401, which OAuth clients know; on it others refresh
   * their token, and ask again in vain. Default: 403.
   */
  readonly stepUpStatus?: 401 | 403;
}

/** Where the decorator stands, and what it asks there. */
interface Declared {
  readonly place: string;
  readonly demand: TwoFactorDemand;
}

/**
 * Makes the host's `@RequireTwoFactor()`: it lets in only sessions that have passed a second factor, and only while
 * that factor is still the user's; with `maxAge` and `methods` only those that have passed it as recently, and so. On
 * a method it counts instead of what the class says. What the library remembers of the session decides, and nothing
 * in its token.
 *
 * It guards the routes of controllers. Where it cannot guard, the application does not start, or the call is refused.
 */
export function createRequireTwoFactor<Request extends object>({
  host,
  guards,
  name,
  stepUpStatus = 403,
}: RequireTwoFactorOptions<Request>): (demand?: TwoFactorDemand) => MethodDecorator & ClassDecorator {
  const service = name === undefined ? TwoFactorSessions : twoFactorToken(name, TwoFactorSessions);
  const key = Symbol('TWO_FACTOR_DEMAND');
  const declared: Declared[] = [];

  @Injectable()
  class RequireTwoFactorGuard implements CanActivate, OnApplicationBootstrap {
    constructor(
      // The controllers that it guards are in any module of the host's, and import none of ours.
      @Inject(ModuleRef) private readonly modules: ModuleRef,
      @Inject(Reflector) private readonly reflector: Reflector,
      @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
    ) {}

    /** @throws TwoFactorHostError for methods that this application does not have */
    onApplicationBootstrap(): void {
      const { authenticatorMethods } = this.#sessions();
      const faults = declared.flatMap((each) => methodFaults(each, authenticatorMethods));
      if (faults.length > 0) {
        throw new TwoFactorHostError(faults.join('; '));
      }
    }

    async canActivate(context: ExecutionContext): Promise<boolean> {
      const http = context.switchToHttp();
      const asked: TwoFactorHost<Request> = this.modules.get(host, { strict: false });
      const { user, sessionId } = await callerOf(asked, http.getRequest<Request>());
      try {
        await this.#sessions().require({ userId: user.id, sessionId, ...this.#demandOf(context) });
        return true;
      } catch (error) {
        throw this.#challenged(error, http.getResponse());
      }
    }

    #demandOf(context: ExecutionContext): TwoFactorDemand {
      const places = [context.getHandler(), context.getClass()];
      const demand = this.reflector.getAllAndOverride<TwoFactorDemand | undefined>(key, places);
      if (demand === undefined) {
        throw new TwoFactorHostError(
          'The guard of @RequireTwoFactor() runs where the decorator does not stand',
        );
      }
      return demand;
    }

    /** Guards come before interceptors: nobody else writes the header. */
    #challenged(error: unknown, response: unknown): unknown {
      if (!(error instanceof TwoFactorException) || error.code !== 'TWO_FACTOR_STEP_UP_REQUIRED') {
        return error;
      }
      const { details = [] } = error;
      this.adapterHost.httpAdapter.setHeader(response, 'WWW-Authenticate', stepUpChallenge(details));
      return stepUpStatus === 403
        ? error
        : new TwoFactorException(error.code, { details, status: stepUpStatus });
    }

    #sessions(): TwoFactorSessions {
      return this.modules.get(service, { strict: false });
    }
  }

  return (demand = {}) =>
    <Value>(
      target: object,
      property?: string | symbol,
      descriptor?: TypedPropertyDescriptor<Value>,
    ): void => {
      const place = placeOf(target, property);
      requireReadable(demand, place);
      declared.push({ place, demand });
      const guarded = applyDecorators(
        SetMetadata(REQUIRES_TWO_FACTOR, true),
        SetMetadata(key, demand),
        UseGuards(HttpOnly, ...guards, RequireTwoFactorGuard),
      );
      guarded(target, property, descriptor);
    };
}

async function callerOf<Request extends object>(
  host: TwoFactorHost<Request>,
  request: Request,
): Promise<TwoFactorCaller> {
  try {
    return await host.callerOf(request);
  } catch (error) {
    throw error instanceof TypeError ? noCaller(error) : error;
  }
}

function noCaller(cause: TypeError): TwoFactorHostError {
  return new TwoFactorHostError(
    '@RequireTwoFactor() finds no caller on the request: give the guard that puts it there to createRequireTwoFactor, ' +
      'as { guards: [YourGuard] }',
    { cause },
  );
}

/** @throws TwoFactorHostError while the class is being defined, so that the application does not start */
function requireReadable(demand: TwoFactorDemand, place: string): void {
  try {
    readDemand(demand);
  } catch (error) {
    throw new TwoFactorHostError(
      `@RequireTwoFactor() on ${place}: ${error instanceof Error ? error.message : ''}`,
    );
  }
}

function methodFaults({ place, demand }: Declared, known: readonly AuthenticatorMethod[]): string[] {
  return (demand.methods ?? [])
    .filter((method) => !known.includes(method))
    .map(
      (method) =>
        `@RequireTwoFactor() on ${place} asks for ${method}, for which TwoFactorModule has no option`,
    );
}
