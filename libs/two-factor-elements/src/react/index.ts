import type {
  TwoFactorChallenge as Challenge,
  TwoFactorEnrolmentRequiredDetail,
  TwoFactorVerifiedDetail,
} from '../challenge/index.js';
import type { GetAccessToken, Method, MethodLock } from '../api/two-factor-api.js';
import type {
  TwoFactorEnrolledDetail,
  TwoFactorEnrolment as Enrolment,
} from '../enrolment/two-factor-enrolment.js';
import type { TwoFactorEnabledDetail } from '../settings/two-factor-settings.js';
import type { TwoFactorSettings as Settings } from '../settings/two-factor-settings.js';
import type { TwoFactorStepUp as StepUp } from '../step-up/two-factor-step-up.js';
import type { TextsChange } from '../texts/texts.js';
// oxlint-disable-next-line import/no-unassigned-import -- the tags that the components render are defined by it
import '../index.js';
import { type ElementProps, componentOf } from './component-of.js';

interface CommonProps extends ElementProps {
  readonly baseUrl?: string;
  readonly language?: string;
  readonly headingLevel?: 1 | 2 | 3 | 4 | 5 | 6;
  readonly texts?: TextsChange;
}

export interface TwoFactorSettingsProps extends CommonProps {
  readonly getAccessToken: GetAccessToken;
  readonly account?: string;
  readonly service?: string;
  /** The session that asked has ended: take the tokens at once. */
  readonly onEnabled: (detail: TwoFactorEnabledDetail) => void;
  readonly onSignedOut?: () => void;
  readonly onDisabled?: () => void;
  readonly onCodesDrawn?: () => void;
  readonly onCodesSaved?: () => void;
}

/** The security settings of an account. */
export const TwoFactorSettings = componentOf<Settings, TwoFactorSettingsProps>('two-factor-settings', {
  onEnabled: 'two-factor-enabled',
  onSignedOut: 'two-factor-signed-out',
  onDisabled: 'two-factor-disabled',
  onCodesDrawn: 'two-factor-codes-drawn',
  onCodesSaved: 'two-factor-codes-saved',
});

/** What the login has answered can be spread into it: `<TwoFactorChallenge {...answer} … />`. */
export interface TwoFactorChallengeProps extends CommonProps {
  readonly challengeToken: string;
  readonly expiresIn?: number;
  readonly methods?: readonly Method[];
  readonly trustedDeviceDays?: number;
  readonly locks?: readonly MethodLock[];
  readonly account?: string;
  readonly service?: string;
  readonly onVerified: (detail: TwoFactorVerifiedDetail) => void;
  readonly onRestart: () => void;
  /** With a policy: the proof was right, and another factor is wanted first. */
  readonly onEnrolmentRequired?: (detail: TwoFactorEnrolmentRequiredDetail) => void;
}

/** The step of a sign-in after the password. A child with `slot="help"` stands where somebody has lost everything. */
export const TwoFactorChallenge = componentOf<Challenge, TwoFactorChallengeProps>('two-factor-challenge', {
  onVerified: 'two-factor-verified',
  onRestart: 'two-factor-restart',
  onEnrolmentRequired: 'two-factor-enrolment-required',
});

/** What the login or the challenge has answered can be spread into it. */
export interface TwoFactorEnrolmentProps extends CommonProps {
  readonly enrolmentToken: string;
  readonly methods?: readonly Method[];
  readonly account?: string;
  /** After a reset by support. */
  readonly isRecovery?: boolean;
  readonly onEnrolled: (detail: TwoFactorEnrolledDetail) => void;
  readonly onRestart: () => void;
}

/** The step of a sign-in that a policy holds back until there is a second factor. */
export const TwoFactorEnrolment = componentOf<Enrolment, TwoFactorEnrolmentProps>('two-factor-enrolment', {
  onEnrolled: 'two-factor-enrolled',
  onRestart: 'two-factor-restart',
});

export interface TwoFactorStepUpProps extends CommonProps {
  readonly getAccessToken: GetAccessToken;
  readonly onSignedOut?: () => void;
}

/** A dialog for a fresh proof: keep a ref to it, and call its `ask()`. */
export const TwoFactorStepUp = componentOf<StepUp, TwoFactorStepUpProps>('two-factor-step-up', {
  onSignedOut: 'two-factor-signed-out',
});

export { CallFailure } from '../api/call-failure.js';
export type { GetAccessToken, Method, MethodLock, Tokens } from '../api/two-factor-api.js';
export type {
  TwoFactorEnabledDetail,
  TwoFactorEnrolledDetail,
  TwoFactorEnrolmentRequiredDetail,
  TwoFactorVerifiedDetail,
};
