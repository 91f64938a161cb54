import type { TwoFactorEnrolmentRequiredDetail } from 'two-factor-elements';
import type { SignIn } from './account-api.js';

/** What is on the page. */
export type View =
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'register' }
  | { readonly kind: 'recovery' }
  | { readonly kind: 'challenge'; readonly challenge: Extract<SignIn, { status: 'two_factor_required' }> }
  | {
      readonly kind: 'enrolment';
      readonly enrolment: TwoFactorEnrolmentRequiredDetail;
      readonly isRecovery: boolean;
    }
  | { readonly kind: 'account' };

/** Which form the address asks for. */
export function formOf({ hash }: Location): View {
  return { kind: hash === '#register' ? 'register' : hash === '#recovery' ? 'recovery' : 'sign-in' };
}
