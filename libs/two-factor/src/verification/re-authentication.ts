import { Inject, Injectable } from '@nestjs/common';
import { Freeze } from '../account/freeze.js';
import type { Argon2Room } from '../crypto/argon2-pool.js';
import { type ReauthenticationNeed, TwoFactorException } from '../errors/two-factor.errors.js';
import type { RequestContext } from '../events/security-event.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import type { Statement } from '../sql/one-statement.js';
import { verdict } from './factor.js';
import { Verification } from './verification.js';

/** How and when the session that asks was signed in. */
export interface SignIn {
  /**
   * When the session was signed in, not when its token was issued: for a claim in seconds,
   * `new Date(auth_time * 1000)`. A time more than a minute ahead, or none, is not recent.
   */
  readonly authenticatedAt: Date;
  /**
   * The host's name of the session that asks: what a passkey is asked for in one is answered in that one. Default: none,
   * and no passkey can be a proof.
   */
  readonly sessionId?: string | undefined;
  /** Checks the password that came with the request; absent when none came. Called once at most, and charged. */
  readonly reauthenticate?: ((room: Argon2Room) => Promise<boolean>) | undefined;
  /**
   * Whether the user has a password that could come along. Asked only when the sign-in is not recent. Default: whether
   * one came.
   */
  readonly hasPassword?: (() => boolean | Promise<boolean>) | undefined;
  /**
   * A plain `SELECT` that yields the row of the session that asks, while it is alive. The commit of a change locks
   * that row, and changes nothing without it: a session that was ended meanwhile gets no successor. Default: not
   * asked.
   */
  readonly callerIsAlive?: Statement | undefined;
}

/** Clocks of two servers differ a little. What lies further ahead is no time of a sign-in, but a wrong unit. */
const CLOCK_DRIFT_SECONDS = 60;

/** Whoever changes the factors of a user has signed in just now, or knows the password. */
@Injectable()
export class Reauthentication {
  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly verification: Verification,
    private readonly freeze: Freeze,
  ) {}

  /**
   * Passwords given here have a budget of their own: a stolen session is no place to guess them.
   *
   * @throws TwoFactorException `AUTH_REAUTHENTICATION_REQUIRED`, with what is needed in its details (RFC 9470 calls for it, 403 and not 401 says the
   *   contract), `TWO_FACTOR_LOCKED`, `TWO_FACTOR_FROZEN`
   */
  async require(
    userId: string,
    {
      signIn,
      context,
      at,
      evenIfFrozen = false,
    }: {
      readonly signIn: SignIn;
      readonly context: RequestContext;
      readonly at: Date;
      /** For a first factor that a policy demands by now: after a panic, too. */
      readonly evenIfFrozen?: boolean;
    },
  ): Promise<void> {
    if (!evenIfFrozen) {
      await this.freeze.requireThawed(userId, at);
    }
    const { authenticatedAt, reauthenticate, hasPassword } = signIn;
    if (isRecent(authenticatedAt, at, { withinSeconds: this.settings.limits.recentSignInSeconds })) {
      return;
    }
    if (!(hasPassword === undefined ? reauthenticate !== undefined : await hasPassword())) {
      throw needing({ reason: 'sign_in_again', methods: [] });
    }
    if (reauthenticate === undefined) {
      throw needing({ reason: 'password_missing', methods: ['password'] });
    }
    // Whoever is signed in can try, with or without a factor: there may be no account to lock.
    const subject = {
      name: 'subject',
      sql: 'SELECT $1::text AS user_id, 0 AS generation FROM read_committed',
      parameters: [userId],
    } as const;
    await this.verification.run({
      subject: {
        userId,
        read: () => [subject],
        settled: () => [subject],
        errors: { absent: 'AUTH_REAUTHENTICATION_REQUIRED', gone: 'AUTH_REAUTHENTICATION_REQUIRED' },
      },
      method: 'password',
      hasBudget: true,
      computations: 1,
      at,
      context,
      typeOf: () => 'reauthenticated',
      material: { sql: 'SELECT NULL::jsonb AS material, 1 AS guesses', parameters: [] },
      check: async (_attempt, room) => ({
        proof: verdict(await reauthenticate(room), 'wrong'),
        spend: [],
        refusal: 'AUTH_REAUTHENTICATION_REQUIRED',
        details: [{ reason: 'password_wrong', methods: ['password'] }],
      }),
    });
  }
}

function needing(need: ReauthenticationNeed): TwoFactorException {
  return new TwoFactorException('AUTH_REAUTHENTICATION_REQUIRED', { details: [need] });
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
