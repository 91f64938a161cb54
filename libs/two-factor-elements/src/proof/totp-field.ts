import { type TemplateResult, html } from 'lit';
import { parseOneTimeCode } from 'nestjs-two-factor/codes';
import type { FieldState, ProofField } from './proof-field.js';

const INPUT_ID = 'code';

/** Six digits from an authenticator app. They send themselves. */
export const totpField: ProofField = {
  method: 'totp',
  inputId: INPUT_ID,
  render,
  read: (typed) => {
    const code = parseOneTimeCode(typed);
    return code === undefined ? undefined : { code };
  },
  texts: ({ challenge, form }) => ({
    title: challenge.title,
    text: challenge.text,
    instead: form.useCode,
    malformed: form.codeMalformed,
    refusedHint: form.codeRefusedHint,
  }),
};

function render({ t: { form }, isReadOnly, isRefused, error, completed }: FieldState): TemplateResult {
  const typed = ({ currentTarget: input }: InputEvent): void => {
    const code = input instanceof HTMLInputElement ? parseOneTimeCode(input.value) : undefined;
    if (code !== undefined && input instanceof HTMLInputElement) {
      input.value = code;
      completed(input);
    }
  };
  return html`<div class="field">
    <label for=${INPUT_ID} part="label">${form.code}</label>
    <input
      id=${INPUT_ID}
      name="code"
      part="input code-input"
      class="one-time-code"
      type="text"
      inputmode="numeric"
      autocomplete="one-time-code"
      autocapitalize="off"
      spellcheck="false"
      aria-describedby="code-hint code-error lock"
      aria-invalid=${isRefused}
      .readOnly=${isReadOnly}
      @input=${typed}
    />
    <p id="code-hint" class="hint" part="hint">${form.codeHint}</p>
    ${error}
  </div>`;
}
