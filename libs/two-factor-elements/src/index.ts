import type { TwoFactorEnrolmentEvents, TwoFactorSettingsEvents, TwoFactorStepUpEvents } from './events.js';
import { define } from './parts/define.js';
import type { Listening } from './parts/listening.js';
import type { TwoFactorEnabledDetail } from './settings/two-factor-settings.js';
import { TwoFactorEnrolment, type TwoFactorEnrolledDetail } from './enrolment/two-factor-enrolment.js';
import { addBeneath } from './texts/catalogue.js';
import { de } from './texts/de/de.js';
import { TwoFactorStepUp } from './step-up/two-factor-step-up.js';
import { TwoFactorSettings } from './settings/two-factor-settings.js';

export { CallFailure, type FailureCode } from './api/call-failure.js';
export type { paths } from './api/schema.js';
export type {
  DeviceTrust,
  GetAccessToken,
  Method,
  MethodLock,
  StepUpDemand,
  Tokens,
} from './api/two-factor-api.js';
export type {
  TwoFactorChallengeEvents,
  TwoFactorEnrolmentEvents,
  TwoFactorSettingsEvents,
  TwoFactorStepUpEvents,
} from './events.js';
export { en } from './texts/en/en.js';
export { addTexts } from './texts/catalogue.js';
export { de };
export { textsOf } from './texts/all.js';
export type { SignInTexts, Texts, TextsChange } from './texts/texts.js';
export {
  TwoFactorChallenge,
  type TwoFactorEnrolmentRequiredDetail,
  type TwoFactorVerifiedDetail,
} from './challenge/index.js';
export { type TwoFactorEnabledDetail, TwoFactorSettings };
export { type TwoFactorEnrolledDetail, TwoFactorEnrolment };
export { TwoFactorStepUp };

declare global {
  interface HTMLElementTagNameMap {
    'two-factor-settings': Listening<TwoFactorSettingsEvents> & TwoFactorSettings;
    'two-factor-enrolment': Listening<TwoFactorEnrolmentEvents> & TwoFactorEnrolment;
    'two-factor-step-up': Listening<TwoFactorStepUpEvents> & TwoFactorStepUp;
  }
}

addBeneath('de', de);

define('two-factor-settings', TwoFactorSettings);
define('two-factor-enrolment', TwoFactorEnrolment);
define('two-factor-step-up', TwoFactorStepUp);
