import { type TemplateResult, html, nothing } from 'lit';
import { type CallFailure, textsOf } from 'two-factor-elements';
import { PAGE_LANGUAGE, pageTexts as t } from './page-texts.js';

/** Of an account that is registered; a sign-in says by itself whether a password is right. */
export const SHORTEST_PASSWORD = 12;

/** Where a form is not filled in. */
export type Fault = 'email' | 'password';

/** What differs between the password of a sign-in and that of a registration. */
export interface PasswordFieldTexts {
  readonly autocomplete: string;
  readonly faultText: string;
  readonly hint?: string;
}

interface PasswordField extends PasswordFieldTexts {
  readonly isFaulty: boolean;
  readonly isShown: boolean;
  readonly toggle: () => void;
}

export function emailField({
  value,
  isFaulty,
}: {
  readonly value: string;
  readonly isFaulty: boolean;
}): TemplateResult {
  return html`<div class="field">
    <label for="email">${t.email}</label>
    <input
      id="email"
      name="email"
      type="email"
      inputmode="email"
      autocomplete="username"
      autocapitalize="off"
      spellcheck="false"
      maxlength="254"
      .value=${value}
      aria-describedby="email-error"
      aria-invalid=${isFaulty}
    />
    <p id="email-error" class="error" role="alert">${isFaulty ? t.emailFault : nothing}</p>
  </div>`;
}

export function passwordField({
  autocomplete,
  faultText,
  hint,
  isFaulty,
  isShown,
  toggle,
}: PasswordField): TemplateResult {
  return html`<div class="field">
    <label for="password">${t.password}</label>
    <div class="with-button">
      <input
        id="password"
        name="password"
        type=${isShown ? 'text' : 'password'}
        autocomplete=${autocomplete}
        autocapitalize="off"
        spellcheck="false"
        maxlength="128"
        aria-describedby="password-hint password-error"
        aria-invalid=${isFaulty}
      />
      <button type="button" aria-label=${isShown ? t.hidePassword : t.showPassword} @click=${toggle}>
        ${isShown ? t.hide : t.show}
      </button>
    </div>
    <p id="password-hint" class="hint">${hint ?? nothing}</p>
    <p id="password-error" class="error" role="alert">${isFaulty ? faultText : nothing}</p>
  </div>`;
}

export function submitButton(text: string, { isBusy }: { readonly isBusy: boolean }): TemplateResult {
  return html`<button type="submit" class="primary" ?disabled=${isBusy}>
    ${isBusy ? t.working : text}
  </button>`;
}

/** Above the fields: what has failed, or else what there is to say. */
export function messages({
  failure,
  notice,
}: {
  readonly failure: CallFailure | undefined;
  readonly notice: string | undefined;
}): TemplateResult {
  const { errors } = textsOf(PAGE_LANGUAGE);
  return html`<div class="messages" role="alert">
    ${failure === undefined ? nothing : html`<p class="notice ${failure.isPassing ? 'warning' : 'danger'}">${errors[failure.code]}</p>`}
    ${notice === undefined || failure !== undefined ? nothing : html`<p class="notice">${notice}</p>`}
  </div>`;
}

export function faultOf(
  email: HTMLInputElement,
  password: HTMLInputElement,
  shortestPassword: number,
): Fault | undefined {
  if (email.value.trim() === '' || !email.validity.valid) {
    return 'email';
  }
  return password.value.length < shortestPassword ? 'password' : undefined;
}
