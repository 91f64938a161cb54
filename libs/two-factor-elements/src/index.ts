import { TwoFactorChallenge, type TwoFactorVerifiedDetail } from './challenge/two-factor-challenge.js';
import type { TwoFactorEnabledDetail } from './settings/enrolment.js';
import { TwoFactorStepUp } from './step-up/two-factor-step-up.js';
import { TwoFactorSettings } from './settings/two-factor-settings.js';

export { CallFailure, type FailureCode } from './api/call-failure.js';
export type { paths } from './api/schema.js';
export type { DeviceTrust, GetAccessToken, Method, StepUpDemand, Tokens } from './api/two-factor-api.js';
export { de } from './texts/de/de.js';
export { en } from './texts/en/en.js';
export { addTexts, textsOf } from './texts/catalogue.js';
export type { Texts, TextsChange } from './texts/texts.js';
export { TwoFactorChallenge, type TwoFactorVerifiedDetail };
export { type TwoFactorEnabledDetail, TwoFactorSettings };
export { TwoFactorStepUp };

declare global {
  interface HTMLElementTagNameMap {
    'two-factor-challenge': TwoFactorChallenge;
    'two-factor-settings': TwoFactorSettings;
    'two-factor-step-up': TwoFactorStepUp;
  }
}

// A page that loads the module twice, by two bundles, keeps the first.
if (customElements.get('two-factor-settings') === undefined) {
  customElements.define('two-factor-settings', TwoFactorSettings);
  customElements.define('two-factor-challenge', TwoFactorChallenge);
  customElements.define('two-factor-step-up', TwoFactorStepUp);
}
