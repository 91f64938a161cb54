import {
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { Clock } from 'nestjs-two-factor';
import { CLOCK, ENVIRONMENT } from '../../config/environment.module.js';
import type { Environment } from '../../config/environment.js';
import { ApiException } from '../errors/api.exception.js';
import { addressKey } from './address-key.js';
import { RateLimiter } from './rate-limiter.js';

/** Requests one address may make, over all limited routes and all processes. An office behind one address fits in. */
export const ADDRESS_LIMIT = { points: 120, seconds: 60 } as const;

const IS_LIMITED = Symbol('IS_LIMITED');

/** Limits a route that needs no token by the address that calls it. */
export const LimitedByAddress = (): CustomDecorator<symbol> => SetMetadata(IS_LIMITED, true);

/**
 * Holds addresses to their limit. Nothing rests on it but the load: the budgets against guessing are per account.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  /** Addresses over their limit, and until when, in milliseconds: they cost no more statements. */
  readonly #overLimit = new Map<string, number>();

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly reflector: Reflector,
    private readonly limiter: RateLimiter,
  ) {}

  /** @throws ApiException `RATE_LIMITED` with the seconds to wait */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const isLimited = this.reflector.getAllAndOverride<true | undefined>(IS_LIMITED, targets) === true;
    if (isLimited && this.environment.isRateLimited) {
      await this.#count(addressKey(context.switchToHttp().getRequest<FastifyRequest>().ip));
    }
    return true;
  }

  async #count(address: string): Promise<void> {
    const now = this.clock.now().getTime();
    const until = this.#overLimit.get(address) ?? 0;
    if (until > now) {
      throw new ApiException('RATE_LIMITED', { retryAfterSeconds: Math.ceil((until - now) / 1000) });
    }
    try {
      await this.limiter.charge([{ key: `address:${address}`, ...ADDRESS_LIMIT }]);
    } catch (error) {
      if (error instanceof ApiException && error.retryAfterSeconds !== undefined) {
        this.#remember(address, now + error.retryAfterSeconds * 1000);
      }
      throw error;
    }
  }

  #remember(address: string, until: number): void {
    const now = this.clock.now().getTime();
    for (const [other, end] of this.#overLimit) {
      if (end <= now) {
        this.#overLimit.delete(other);
      }
    }
    this.#overLimit.set(address, until);
  }
}
