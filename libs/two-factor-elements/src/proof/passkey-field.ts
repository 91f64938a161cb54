import { type TemplateResult, html } from 'lit';
import { hasPasskeys } from '../passkeys/browser-passkeys.js';
import { SUBMIT_ID, type FieldState, type ProofField } from './proof-field.js';

/** A passkey or a security key. Nothing is typed: the browser asks for it. */
export const passkeyField: ProofField = {
  method: 'passkey',
  inputId: SUBMIT_ID,
  render,
  read: () => ({}),
  texts: ({ challenge, form, errors }) => ({
    title: challenge.passkeyTitle,
    text: challenge.passkeyText,
    submit: challenge.passkeySubmit,
    instead: form.usePasskey,
    malformed: errors.TWO_FACTOR_PASSKEY_INVALID,
    refusedHint: form.passkeyHint,
  }),
};

function render({ t: { form } }: FieldState): TemplateResult {
  return hasPasskeys()
    ? html`<p class="hint" part="hint">${form.passkeyHint}</p>`
    : html`<div class="notice warning" part="notice notice-warning"><p>${form.noPasskeys}</p></div>`;
}
