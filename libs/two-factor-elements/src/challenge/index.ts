import type { TwoFactorChallengeEvents } from '../events.js';
import { define } from '../parts/define.js';
import type { Listening } from '../parts/listening.js';
import {
  TwoFactorChallenge,
  type TwoFactorEnrolmentRequiredDetail,
  type TwoFactorVerifiedDetail,
} from './two-factor-challenge.js';

export { addTexts } from '../texts/catalogue.js';
export type { SignInTexts, TextsChange } from '../texts/texts.js';
export { TwoFactorChallenge, type TwoFactorEnrolmentRequiredDetail, type TwoFactorVerifiedDetail };

declare global {
  interface HTMLElementTagNameMap {
    'two-factor-challenge': Listening<TwoFactorChallengeEvents> & TwoFactorChallenge;
  }
}

define('two-factor-challenge', TwoFactorChallenge);
