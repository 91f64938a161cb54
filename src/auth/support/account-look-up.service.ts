import { Injectable } from '@nestjs/common';
import { type RequestContext, TwoFactorSupport } from 'nestjs-two-factor';
import { RateLimiter } from '../../http/rate-limit/rate-limiter.js';
import { normalEmail } from '../../users/email.js';
import type { User } from '../../users/user.entity.js';
import { UsersRepository } from '../../users/users.repository.js';

/** Enough for a day at the desk, and too few to go through a list of addresses. */
const LIMITS = [
  { points: 30, seconds: 60 },
  { points: 500, seconds: 86_400 },
] as const;

/** Under which the look-ups of somebody are counted: the beginning of both. */
export const lookUpKey = (actor: string): string => `support-look-up:${actor}`;

/** Finds accounts for the desk. Each that is found leaves an event there, with who was looking. */
@Injectable()
export class AccountLookUp {
  constructor(
    private readonly users: UsersRepository,
    private readonly limiter: RateLimiter,
    private readonly support: TwoFactorSupport,
  ) {}

  /** @throws ApiException `RATE_LIMITED` */
  async find(
    email: string,
    { actor, context }: { readonly actor: string; readonly context: RequestContext },
  ): Promise<User | null> {
    await this.limiter.charge(
      LIMITS.map(({ points, seconds }) => ({ key: `${lookUpKey(actor)}:${seconds}`, points, seconds })),
    );
    const user = await this.users.findByEmail(normalEmail(email));
    if (user !== null) {
      await this.support.lookedUp({ userId: user.id, actor, context });
    }
    return user;
  }
}
