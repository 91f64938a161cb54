import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../events/security-event.js';
import { CodeUse } from './code-use.js';
import { userAs } from '../sql/one-statement.js';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { SignIn } from '../two-factor.types.js';

/** Clocks of two servers differ a little. What lies further ahead is no time of a sign-in, but a wrong unit. */
const CLOCK_DRIFT_SECONDS = 60;

/** Whoever changes the factors of a user has signed in just now, or knows the password. */
@Injectable()
export class RecentSignIn {
  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly codeUse: CodeUse,
  ) {}

  /**
   * Passwords given here have a budget of their own: a stolen session is no place to guess them.
   *
   * @throws TwoFactorException `AUTH_REAUTHENTICATION_REQUIRED` (RFC 9470 calls for it, 403 and not 401 says the
   *   contract), `TWO_FACTOR_LOCKED`
   */
  async require(
    userId: string,
    { signIn, context, at }: { readonly signIn: SignIn; readonly context: RequestContext; readonly at: Date },
  ): Promise<void> {
    const { authenticatedAt, reauthenticate } = signIn;
    if (isRecent(authenticatedAt, at, { withinSeconds: this.settings.limits.recentSignInSeconds })) {
      return;
    }
    if (reauthenticate === undefined) {
      throw new TwoFactorException('AUTH_REAUTHENTICATION_REQUIRED');
    }
    await this.codeUse.run({
      subject: userAs('subject', userId),
      method: 'password',
      state: 'active',
      at,
      context,
      type: 'reauthenticated',
      computations: 1,
      isFactorChange: false,
      errors: { absent: 'AUTH_REAUTHENTICATION_REQUIRED', lost: 'AUTH_REAUTHENTICATION_REQUIRED' },
      check: async (_attempt, room) => {
        if (!(await reauthenticate(room))) {
          throw new TwoFactorException('AUTH_REAUTHENTICATION_REQUIRED', { reason: 'wrong' });
        }
        return { guards: [userAs('accepted', userId)], effects: [] };
      },
    });
  }
}

/** What is no date at all has no age, and is not recent. Session stores give dates back as text. */
function isRecent(
  authenticatedAt: Date,
  at: Date,
  { withinSeconds }: { readonly withinSeconds: number },
): boolean {
  const ageSeconds = (at.getTime() - new Date(authenticatedAt).getTime()) / 1000;
  return ageSeconds >= -CLOCK_DRIFT_SECONDS && ageSeconds <= withinSeconds;
}
