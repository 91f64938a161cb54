import { type TemplateResult, html, nothing } from 'lit';
import type { CallFailure } from '../api/call-failure.js';
import type { Texts } from '../texts/texts.js';

/** What people are asked for, so that somebody can find it in the log. */
const OURS: ReadonlySet<string> = new Set([
  'INTERNAL_ERROR',
  'TWO_FACTOR_SECRET_UNREADABLE',
  'TWO_FACTOR_SESSION_FAILED',
]);

/** What is nobody's mistake. */
const MILD: ReadonlySet<string> = new Set([
  'AUTH_REAUTHENTICATION_REQUIRED',
  'OFFLINE',
  'SERVICE_UNAVAILABLE',
  'PASSKEY_CANCELLED',
  'PASSKEY_UNAVAILABLE',
]);

/** Says what went wrong; for a server's fault, with the request to name to the support. */
export function failureNotice(
  { errors, common }: Texts,
  { code, requestId, mustSignInAgain }: CallFailure,
  action: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  return html`<div
    class="notice ${MILD.has(code) ? 'warning' : 'danger'}"
    part="notice notice-error"
    role="alert"
  >
    <p>${mustSignInAgain ? common.signInAgain : (errors[code] ?? errors.UNEXPECTED)}</p>
    ${
      requestId !== undefined && OURS.has(code)
        ? html`<p class="request">${common.requestId(requestId)}</p>`
        : nothing
    }
    ${action}
  </div>`;
}
