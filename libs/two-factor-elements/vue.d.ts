import type { EmitFn, HTMLAttributes, PublicProps } from 'vue';
import type {
  TwoFactorChallenge,
  TwoFactorChallengeEvents,
  TwoFactorEnrolment,
  TwoFactorEnrolmentEvents,
  TwoFactorSettings,
  TwoFactorSettingsEvents,
  TwoFactorStepUp,
  TwoFactorStepUpEvents,
} from './dist/index.js';

type Common = 'baseUrl' | 'headingLevel' | 'language' | 'texts';

/** An element as Vue's templates see a component: these of its properties, and what it fires. */
type InTemplates<Element, Properties extends keyof Element, Events> = new () => Element & {
  readonly $props: HTMLAttributes & Partial<Pick<Element, Properties>> & PublicProps;
  readonly $emit: EmitFn<{ [Type in keyof Events]: (event: Events[Type]) => void }>;
};

declare module 'vue' {
  interface GlobalComponents {
    'two-factor-settings': InTemplates<
      TwoFactorSettings,
      Common | 'account' | 'getAccessToken' | 'service',
      TwoFactorSettingsEvents
    >;
    'two-factor-challenge': InTemplates<
      TwoFactorChallenge,
      | Common
      | 'account'
      | 'challengeToken'
      | 'expiresIn'
      | 'locks'
      | 'methods'
      | 'service'
      | 'trustedDeviceDays',
      TwoFactorChallengeEvents
    >;
    'two-factor-enrolment': InTemplates<
      TwoFactorEnrolment,
      Common | 'account' | 'enrolmentToken' | 'isRecovery' | 'methods',
      TwoFactorEnrolmentEvents
    >;
    'two-factor-step-up': InTemplates<TwoFactorStepUp, Common | 'getAccessToken', TwoFactorStepUpEvents>;
  }
}
