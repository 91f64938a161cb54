import type {
  TwoFactorEnrolmentRequiredDetail,
  TwoFactorVerifiedDetail,
} from './challenge/two-factor-challenge.js';
import type { TwoFactorEnrolledDetail } from './enrolment/two-factor-enrolment.js';
import type { TwoFactorEnabledDetail } from './settings/two-factor-settings.js';

/** By element, what it fires. They do not bubble. */
export interface TwoFactorSettingsEvents {
  readonly 'two-factor-enabled': CustomEvent<TwoFactorEnabledDetail>;
  readonly 'two-factor-codes-drawn': CustomEvent<undefined>;
  readonly 'two-factor-codes-saved': CustomEvent<undefined>;
  readonly 'two-factor-disabled': CustomEvent<undefined>;
  readonly 'two-factor-signed-out': CustomEvent<undefined>;
}

export interface TwoFactorChallengeEvents {
  readonly 'two-factor-verified': CustomEvent<TwoFactorVerifiedDetail>;
  readonly 'two-factor-enrolment-required': CustomEvent<TwoFactorEnrolmentRequiredDetail>;
  readonly 'two-factor-restart': CustomEvent<undefined>;
}

export interface TwoFactorStepUpEvents {
  readonly 'two-factor-signed-out': CustomEvent<undefined>;
}

export interface TwoFactorEnrolmentEvents {
  readonly 'two-factor-enrolled': CustomEvent<TwoFactorEnrolledDetail>;
  readonly 'two-factor-restart': CustomEvent<undefined>;
}
