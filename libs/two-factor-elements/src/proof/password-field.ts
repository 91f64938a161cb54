import { type TemplateResult, html, nothing } from 'lit';
import type { SignInTexts } from '../texts/texts.js';

export const PASSWORD_ID = 'password';

/** The password, beside a proof, when the sign-in is not recent. */
export function passwordField(
  { form }: SignInTexts,
  { isWrong, isReadOnly }: { readonly isWrong: boolean; readonly isReadOnly: boolean },
): TemplateResult {
  return html`<div class="field">
    <label for=${PASSWORD_ID} part="label">${form.password}</label>
    <input
      id=${PASSWORD_ID}
      name="password"
      part="input"
      type="password"
      autocomplete="current-password"
      maxlength="128"
      aria-describedby="password-hint password-error"
      aria-invalid=${isWrong}
      .readOnly=${isReadOnly}
    />
    <p id="password-hint" class="hint" part="hint">${form.passwordHint}</p>
    <p id="password-error" class="error" part="error" role="alert">
      ${isWrong ? form.passwordWrong : nothing}
    </p>
  </div>`;
}
