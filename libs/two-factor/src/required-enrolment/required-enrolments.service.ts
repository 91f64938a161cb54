import { Inject, Injectable } from '@nestjs/common';
import { drawUserToken } from '../crypto/user-token.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import type { DueEnrolment, MissingFactor } from '../policy/policies.service.js';
import type { TwoFactorTransaction } from '../sql/database.js';
import { type NewRequiredEnrolment, RequiredEnrolmentRepository } from './required-enrolment.repository.js';

/** What opens the calls of an enrolment. */
export interface OpenedToken {
  /** Opaque. It opens the calls of the enrolment, and is no bearer token anywhere. */
  readonly enrolmentToken: string;
  readonly expiresInSeconds: number;
}

/** What the client needs to enrol in place of a session that it does not get. */
export interface OpenedEnrolment extends OpenedToken, DueEnrolment {}

/** Opens what a sign-in gets that may not go on without a factor. */
@Injectable()
export class RequiredEnrolments {
  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly enrolments: RequiredEnrolmentRepository,
  ) {}

  /** In the transaction that opens no session, under the account's lock. It lives as long as a setup. */
  async open(
    transaction: TwoFactorTransaction,
    { enrolment }: MissingFactor,
    { userId, isProved, at }: { readonly userId: string; readonly isProved: boolean; readonly at: Date },
  ): Promise<OpenedEnrolment> {
    return { ...(await this.#open(transaction, { userId, isProved, at })), ...enrolment };
  }

  /**
   * The same for who has lost all factors: what confirms takes their place, unless one is used before.
   *
   * @param lostSince the user's last event when the reset was asked for
   */
  openInPlaceOfAll(
    transaction: TwoFactorTransaction,
    { userId, lostSince, at }: { readonly userId: string; readonly lostSince: string; readonly at: Date },
  ): Promise<OpenedToken> {
    return this.#open(transaction, { userId, lostSince, isProved: true, at });
  }

  async #open(
    transaction: TwoFactorTransaction,
    {
      userId,
      at,
      ...opened
    }: Pick<NewRequiredEnrolment, 'userId' | 'isProved' | 'lostSince'> & { readonly at: Date },
  ): Promise<OpenedToken> {
    const { token, hash: tokenHash } = drawUserToken(userId);
    const expiresInSeconds = this.settings.limits.setupSeconds;
    const expiresAt = new Date(at.getTime() + expiresInSeconds * 1000);
    await this.enrolments.open(transaction, { userId, tokenHash, expiresAt, ...opened });
    return { enrolmentToken: token, expiresInSeconds };
  }
}
