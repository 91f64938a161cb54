import type { TwoFactorEnrolmentRequiredDetail } from 'two-factor-elements';
import type { SignIn } from './account-api.js';

/** What is on the page. */
export type View =
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'register' }
  | { readonly kind: 'challenge'; readonly challenge: Extract<SignIn, { status: 'two_factor_required' }> }
  | { readonly kind: 'enrolment'; readonly enrolment: TwoFactorEnrolmentRequiredDetail }
  | { readonly kind: 'account' };
