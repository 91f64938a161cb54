import {
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { InjectDataSource } from '@nestjs/typeorm';
import type { FastifyRequest } from 'fastify';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import { ENVIRONMENT } from '../../config/environment.module.js';
import type { Environment } from '../../config/environment.js';
import { ApiException } from '../errors/api.exception.js';
import { addressKey } from './address-key.js';

/** Requests one address may make, over all limited routes and all processes. An office behind one address fits in. */
export const ADDRESS_LIMIT = { requests: 120, seconds: 60 } as const;

const IS_LIMITED = Symbol('IS_LIMITED');

/** Limits a route that needs no token by the address that calls it. */
export const LimitedByAddress = (): CustomDecorator<symbol> => SetMetadata(IS_LIMITED, true);

/**
 * Counts in PostgreSQL, so that all processes share the counts. Nothing rests on it but the load: the
 * budgets against guessing are per account.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  readonly #limiter: RateLimiterPostgres | undefined;

  constructor(
    @Inject(ENVIRONMENT) { isRateLimited }: Environment,
    @InjectDataSource() dataSource: DataSource,
    private readonly reflector: Reflector,
  ) {
    this.#limiter = isRateLimited
      ? new RateLimiterPostgres({
          storeClient: dataSource,
          storeType: 'typeorm',
          tableName: 'rate_limits',
          // A migration makes the table.
          tableCreated: true,
          keyPrefix: 'auth',
          points: ADDRESS_LIMIT.requests,
          duration: ADDRESS_LIMIT.seconds,
          // Whoever is over the limit costs no more queries.
          inMemoryBlockOnConsumed: ADDRESS_LIMIT.requests,
        })
      : undefined;
  }

  /** @throws ApiException `RATE_LIMITED` with the seconds to wait */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (
      this.#limiter === undefined ||
      this.reflector.getAllAndOverride<true | undefined>(IS_LIMITED, targets) !== true
    ) {
      return true;
    }
    const { ip } = context.switchToHttp().getRequest<FastifyRequest>();
    try {
      await this.#limiter.consume(addressKey(ip));
      return true;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) {
        throw new ApiException('RATE_LIMITED', {
          retryAfterSeconds: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)),
        });
      }
      throw refusal;
    }
  }
}
