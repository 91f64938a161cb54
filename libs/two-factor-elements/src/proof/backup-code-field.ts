import { type TemplateResult, html } from 'lit';
import { parseBackupCode } from 'nestjs-two-factor/codes';
import type { FieldState, ProofField } from './proof-field.js';

const INPUT_ID = 'backup-code';

/** One of the ten codes that were put away. */
export const backupCodeField: ProofField = {
  method: 'backup_code',
  inputId: INPUT_ID,
  render,
  read: (typed) => {
    const backupCode = parseBackupCode(typed);
    return backupCode === undefined ? undefined : { backupCode };
  },
  texts: ({ challenge, form }) => ({
    title: challenge.backupTitle,
    text: challenge.backupText,
    instead: form.useBackupCode,
    malformed: form.backupCodeMalformed,
    refusedHint: form.backupCodeRefusedHint,
  }),
};

function render({ t: { form }, isReadOnly, isRefused, error }: FieldState): TemplateResult {
  return html`<div class="field">
    <label for=${INPUT_ID} part="label">${form.backupCode}</label>
    <input
      id=${INPUT_ID}
      name="backupCode"
      part="input backup-code-input"
      class="backup-code"
      type="text"
      autocomplete="off"
      autocapitalize="characters"
      spellcheck="false"
      placeholder="XXXXX-XXXXX-XXXXX"
      aria-describedby="code-hint code-error lock"
      aria-invalid=${isRefused}
      .readOnly=${isReadOnly}
    />
    <p id="code-hint" class="hint" part="hint">${form.backupCodeHint}</p>
    ${error}
  </div>`;
}
