import { type TemplateResult, html, nothing } from 'lit';
import type { ProofForm } from '../../proof/proof-form.js';
import type { Texts } from '../../texts/texts.js';
import { cancelButton } from './buttons.js';

export interface ProofTexts {
  readonly title: string;
  readonly text: string;
  readonly submit: string;
}

/** Where to go without any factor, when nothing else is proof, and there is somewhere to go. */
export interface WithoutFactor {
  readonly text: (t: Texts) => string;
  readonly go: () => void;
}

interface Proof extends ProofTexts {
  readonly t: Texts;
  readonly form: ProofForm;
  readonly isDanger: boolean;
  readonly withoutFactor: WithoutFactor | undefined;
  readonly cancel: () => void;
}

/** What is to be done, and the proof that it takes. */
export function proof(view: Proof): TemplateResult {
  const { t, title, text, submit, form, isDanger, withoutFactor, cancel } = view;
  return html`<section class="card" part="card" aria-labelledby="title">
    <div class="head">
      <h2 id="title" part="heading" tabindex="-1">${title}</h2>
      <p class="muted" part="text">${text}</p>
    </div>
    ${form.render({ submit, isDanger, beside: cancelButton(t, cancel, form.isBusy) })}
    ${
      withoutFactor === undefined
        ? nothing
        : html`<button
            type="button"
            class="text"
            part="button button-text"
            ?disabled=${form.isBusy}
            @click=${withoutFactor.go}
          >
            ${withoutFactor.text(t)}
          </button>`
    }
    <slot name="help"></slot>
  </section>`;
}
