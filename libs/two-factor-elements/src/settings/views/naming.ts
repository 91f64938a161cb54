import { type TemplateResult, html, nothing } from 'lit';
import type { CallFailure } from '../../api/call-failure.js';
import { callButton } from '../../parts/call-button.js';
import { failureNotice } from '../../parts/failure-notice.js';
import type { Texts } from '../../texts/texts.js';
import { cancelButton } from './buttons.js';
import type { ProofTexts } from './proof.js';

export const NAME_ID = 'name';
/** As the contract says. */
const LONGEST_NAME = 64;

interface NamingView extends ProofTexts {
  readonly t: Texts;
  readonly name: string;
  readonly isRequired: boolean;
  readonly isMissing: boolean;
  readonly isBusy: boolean;
  readonly failure: CallFailure | undefined;
  readonly send: (name: string) => void;
  readonly cancel: () => void;
  readonly below: TemplateResult | undefined;
}

/** A name for an authenticator, and what else can be done with it. */
export function naming(view: NamingView): TemplateResult {
  const { t, title, text, submit, name, isRequired, isMissing, isBusy, failure } = view;
  const { send, cancel, below } = view;
  const { authenticators: texts } = t;
  const submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    if (event.currentTarget instanceof HTMLFormElement) {
      send(event.currentTarget.querySelector<HTMLInputElement>(`#${NAME_ID}`)?.value.trim() ?? '');
    }
  };
  return html`<section class="card" part="card" aria-labelledby="title">
    <div class="head">
      <h2 id="title" class="name" part="heading" tabindex="-1">${title}</h2>
      <p class="muted" part="text">${text}</p>
    </div>
    <form part="form" novalidate @submit=${submitted}>
      ${failure === undefined ? nothing : failureNotice(t, failure)}
      <div class="field">
        <label for=${NAME_ID} part="label">${texts.name}</label>
        <input
          id=${NAME_ID}
          name="name"
          part="input"
          type="text"
          autocomplete="off"
          maxlength=${LONGEST_NAME}
          aria-describedby="name-hint name-error"
          aria-invalid=${isMissing}
          aria-required=${isRequired}
          .value=${name}
          .readOnly=${isBusy}
        />
        <p id="name-hint" class="hint" part="hint">${isRequired ? texts.nameHint : texts.nameOptionalHint}</p>
        <p id="name-error" class="error" part="error" role="alert">
          ${isMissing ? texts.nameMissing : nothing}
        </p>
      </div>
      <div class="actions">${callButton(t, { text: submit, isBusy })} ${cancelButton(t, cancel, isBusy)}</div>
    </form>
    ${below ?? nothing}
  </section>`;
}
