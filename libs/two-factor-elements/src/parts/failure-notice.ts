import { type TemplateResult, html, nothing } from 'lit';
import type { CallFailure } from '../api/call-failure.js';
import type { SignInTexts } from '../texts/texts.js';
import { momentText } from './time.js';

/** What people are asked for, so that somebody can find it in the log. */
const OURS: ReadonlySet<string> = new Set([
  'INTERNAL_ERROR',
  'TWO_FACTOR_SECRET_UNREADABLE',
  'TWO_FACTOR_SESSION_FAILED',
]);

/** What is nobody's mistake. */
const MILD: ReadonlySet<string> = new Set([
  'AUTH_REAUTHENTICATION_REQUIRED',
  'TWO_FACTOR_FROZEN',
  'OFFLINE',
  'SERVICE_UNAVAILABLE',
  'PASSKEY_CANCELLED',
  'PASSKEY_UNAVAILABLE',
]);

/**
 * Says what went wrong; for a server's fault, with the request to name to the support.
 *
 * @param language of the moment at which what is frozen thaws. Without it, no moment is said
 */
export function failureNotice(t: SignInTexts, failure: CallFailure, language?: string): TemplateResult {
  const { code, requestId } = failure;
  return html`<div
    class="notice ${MILD.has(code) ? 'warning' : 'danger'}"
    part="notice notice-error"
    role="alert"
  >
    <p>${sentence(t, failure, language)}</p>
    ${
      requestId !== undefined && OURS.has(code)
        ? html`<p class="request">${t.common.requestId(requestId)}</p>`
        : nothing
    }
  </div>`;
}

function sentence(
  { errors, common }: SignInTexts,
  { code, mustSignInAgain, retryAt }: CallFailure,
  language: string | undefined,
): string {
  if (mustSignInAgain) {
    return common.signInAgain;
  }
  return code === 'TWO_FACTOR_FROZEN' && retryAt !== undefined && language !== undefined
    ? common.frozenUntil(momentText(retryAt.toISOString(), language))
    : (errors[code] ?? errors.UNEXPECTED);
}
