import {
  type CallHandler,
  type ExecutionContext,
  HttpException,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { type Observable, catchError } from 'rxjs';
import { RateLimiter } from '../http/rate-limit/rate-limiter.js';
import type { SignedInRequest } from './two-factor.host.js';

/** Calls that change factors, of one user, over all of its sessions and all processes. */
export const FACTOR_CHANGE_LIMIT = { points: 30, seconds: 60 } as const;

/** Under which the calls of a user are counted. */
export const factorChangeKey = (userId: string): string => `factor-change:${userId}`;

/** Limits a call that changes factors by the user who makes it, also where addresses are not limited. */
export const LimitedByUser = (): MethodDecorator => UseInterceptors(FactorChangeLimit);

/**
 * Changes cost up to ten Argon2 computations and leave events, and whoever has an account can ask for them. What is
 * refused as malformed has cost neither, and is not counted.
 */
@Injectable()
export class FactorChangeLimit implements NestInterceptor {
  constructor(private readonly limiter: RateLimiter) {}

  /** @throws ApiException `RATE_LIMITED` with the seconds to wait */
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const { user } = context.switchToHttp().getRequest<SignedInRequest>();
    const charges = await this.limiter.charge([
      { key: factorChangeKey(user.userId), ...FACTOR_CHANGE_LIMIT },
    ]);
    return next.handle().pipe(
      catchError(async (error: unknown) => {
        if (error instanceof HttpException && error.getStatus() === 400) {
          await this.limiter.takeBack(charges);
        }
        throw error;
      }),
    );
  }
}
