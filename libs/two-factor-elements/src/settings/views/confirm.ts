import { type TemplateResult, html, nothing } from 'lit';
import type { ProofForm } from '../../proof/proof-form.js';
import type { Texts } from '../../texts/texts.js';
import { steps } from './steps.js';

interface Confirm {
  readonly t: Texts;
  readonly form: ProofForm;
  readonly back: () => void;
  /** Whether it leads to codes that are to be saved. */
  readonly hasSteps: boolean;
}

/** The first code of a new authenticator. */
export function confirm({ t, form, back, hasSteps }: Confirm): TemplateResult {
  const { confirm: texts, common } = t;
  const backButton = html`<button type="button" part="button" ?disabled=${form.isBusy} @click=${back}>
    ${common.back}
  </button>`;
  return html`<section class="card" part="card" aria-labelledby="title">
    ${hasSteps ? steps(t, 'confirm') : nothing}
    <div class="head">
      <h2 id="title" part="heading" tabindex="-1">${texts.title}</h2>
      <p class="muted" part="text">${texts.text}</p>
    </div>
    ${form.render({ submit: texts.submit, beside: backButton })}
  </section>`;
}
