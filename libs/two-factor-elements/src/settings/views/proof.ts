import { type TemplateResult, html } from 'lit';
import type { ProofForm } from '../../proof/proof-form.js';
import type { Texts } from '../../texts/texts.js';
import { cancelButton } from './buttons.js';

export interface ProofTexts {
  readonly title: string;
  readonly text: string;
  readonly submit: string;
}

interface Proof extends ProofTexts {
  readonly t: Texts;
  readonly form: ProofForm;
  readonly isDanger: boolean;
  readonly cancel: () => void;
}

/** What is to be done, and the proof that it takes. */
export function proof({ t, title, text, submit, form, isDanger, cancel }: Proof): TemplateResult {
  return html`<section class="card" part="card" aria-labelledby="title">
    <div class="head">
      <h2 id="title" part="heading" tabindex="-1">${title}</h2>
      <p class="muted">${text}</p>
    </div>
    ${form.render({ submit, isDanger, beside: cancelButton(t, cancel, form.isBusy) })}
  </section>`;
}
