import { LitElement, type PropertyDeclarations, type TemplateResult, html } from 'lit';
import { CallFailure, type GetAccessToken } from 'two-factor-elements';
import { pageTexts as t } from './page-texts.js';
import { fetchWithStepUp } from './step-up-fetch.js';
import { messages } from './fields.js';

/** What the account has here, as a file. The call wants a second factor of the last five minutes. */
export class OwnData extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    getAccessToken: { attribute: false },
    failure: { state: true },
    isBusy: { state: true },
  };

  declare getAccessToken: GetAccessToken;
  declare private failure: CallFailure | undefined;
  declare private isBusy: boolean;

  constructor() {
    super();
    this.isBusy = false;
  }

  protected override createRenderRoot(): this {
    return this;
  }

  override render(): TemplateResult {
    return html`<section class="card own-data">
        <div class="head">
          <h2>${t.ownDataTitle}</h2>
          <p class="muted">${t.ownDataText}</p>
        </div>
        ${messages({ failure: this.failure, notice: undefined })}
        <div class="actions">
          <button type="button" aria-disabled=${this.isBusy} @click=${this.#download}>
            ${t.ownDataSubmit}
          </button>
        </div>
      </section>
      <two-factor-step-up .getAccessToken=${this.getAccessToken}></two-factor-step-up>`;
  }

  readonly #download = async (): Promise<void> => {
    const stepUp = this.querySelector('two-factor-step-up');
    if (this.isBusy || stepUp === null) {
      return;
    }
    this.isBusy = true;
    this.failure = undefined;
    try {
      const { getAccessToken } = this;
      const answer = await fetchWithStepUp('/api/v1/account/export', { getAccessToken, stepUp });
      if (!answer.ok) {
        throw CallFailure.of(await answer.json(), answer);
      }
      save(await answer.blob());
    } catch (error) {
      this.failure = CallFailure.from(error);
    } finally {
      this.isBusy = false;
    }
  };
}

function save(file: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = 'my-data.json';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
