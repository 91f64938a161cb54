import { type PropertyDeclarations, type TemplateResult, html, nothing } from 'lit';
import { CallFailure } from '../api/call-failure.js';
import { type GetAccessToken, type Method, type StepUpDemand, TwoFactorApi } from '../api/two-factor-api.js';
import { failureNotice } from '../parts/failure-notice.js';
import { panels } from '../parts/styles/panels.js';
import { TwoFactorElement } from '../parts/two-factor-element.js';
import { askForPasskey } from '../passkeys/browser-passkeys.js';
import { Locks } from '../proof/locks.js';
import { ProofForm } from '../proof/proof-form.js';
import { stepUpStyles } from './step-up.styles.js';
import { textsWith } from '../texts/all.js';

/** What can raise a session, the strongest first; a backup code never does. */
const RAISING: StepUpDemand['methods'] = ['passkey', 'totp'];

type View =
  | { readonly kind: 'loading' }
  | { readonly kind: 'form'; readonly form: ProofForm }
  /** The account has nothing of what is demanded. */
  | { readonly kind: 'lack'; readonly of: 'passkey' | 'any' }
  | { readonly kind: 'failed'; readonly failure: CallFailure };

/** What is asked, until it is answered. */
class Question {
  settle: (isRaised: boolean) => void = () => undefined;
  readonly answer = new Promise<boolean>((resolve) => (this.settle = resolve));
}

/**
 * A dialog that asks for the second factor once more, when a call wants it fresher than it is. It is not to be seen until
 * {@link ask} is called.
 *
 * @fires two-factor-signed-out - when no token helps any more
 */
export class TwoFactorStepUp extends TwoFactorElement {
  static override readonly styles = [panels, ...TwoFactorElement.styles, stepUpStyles];
  static override readonly properties: PropertyDeclarations = {
    ...TwoFactorElement.properties,
    getAccessToken: { attribute: false },
    view: { state: true },
  };

  /** Gives the access token of whoever is signed in, as for the settings. */
  declare getAccessToken: GetAccessToken | undefined;
  declare private view: View;

  protected override readonly textsWith = textsWith;
  readonly #locks = new Locks(this);
  #asked: Question | undefined;

  constructor() {
    super();
    this.view = { kind: 'loading' };
  }

  /**
   * Asks for a proof, and raises the session that calls. Who asks while it is open gets the same answer.
   *
   * @param demand what the refused call has said in `details[0]`: by which methods
   * @returns whether the session was raised; `false` when somebody did not want to, or could not
   */
  ask({ methods }: Partial<Pick<StepUpDemand, 'methods'>> = {}): Promise<boolean> {
    if (this.#asked === undefined) {
      this.#asked = new Question();
      void this.#open(methods ?? RAISING);
    }
    return this.#asked.answer;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#close(false);
  }

  override render(): TemplateResult {
    return html`<dialog
      class="card"
      part="card dialog"
      aria-labelledby="title"
      @cancel=${this.#escape}
      @close=${this.#closed}
    >
      ${this.voice()} ${this.#asked === undefined ? nothing : this.#content(this.view)}
    </dialog>`;
  }

  #content(view: View): TemplateResult {
    const { t } = this;
    const { stepUp, common } = t;
    switch (view.kind) {
      case 'form':
        return html`${this.#head(stepUp.title, stepUp.text)}
        ${view.form.render({ submit: stepUp.submit, beside: this.#button(common.cancel, view.form.isBusy) })}`;
      case 'lack':
        return html`${this.#head(stepUp.lackTitle, view.of === 'passkey' ? stepUp.lackPasskey : stepUp.lackAny)}
          <div class="actions">${this.#button(stepUp.close)}</div>`;
      case 'failed':
        return html`${this.#head(stepUp.title, stepUp.text)} ${failureNotice(t, view.failure)}
          <div class="actions">${this.#button(stepUp.close)}</div>`;
      case 'loading':
      default:
        return html`${this.#head(stepUp.title, stepUp.text)}
          <div class="skeleton" aria-hidden="true"><i></i><i></i></div>
          <div class="actions">${this.#button(common.cancel)}</div>`;
    }
  }

  #head(title: string, text: string): TemplateResult {
    return html`<div class="head">
      <h2 id="title" part="heading" tabindex="-1">${title}</h2>
      <p class="muted" part="text">${text}</p>
    </div>`;
  }

  #button(text: string, isBusy = false): TemplateResult {
    return html`<button type="button" part="button" ?disabled=${isBusy} @click=${() => this.#close(false)}>
      ${text}
    </button>`;
  }

  get #api(): TwoFactorApi {
    return new TwoFactorApi(this.baseUrl, this.getAccessToken);
  }

  async #open(methods: StepUpDemand['methods']): Promise<void> {
    const asked = this.#asked;
    this.view = { kind: 'loading' };
    await this.updateComplete;
    this.#dialog?.showModal();
    try {
      const status = await this.#api.status();
      if (asked === this.#asked) {
        this.#locks.tell(status.locks);
        const possible = RAISING.filter(
          (method) => methods.includes(method) && status.methods.includes(method),
        );
        this.#show(possible, status.methods);
      }
    } catch (error) {
      const failure = CallFailure.from(error);
      if (asked === this.#asked && !this.#takesSignedOut(failure)) {
        this.view = { kind: 'failed', failure };
      }
    }
  }

  #show(possible: readonly Method[], all: readonly Method[]): void {
    if (possible.length === 0) {
      this.view = { kind: 'lack', of: all.includes('totp') ? 'passkey' : 'any' };
      return;
    }
    const form = new ProofForm(this, {
      locks: this.#locks,
      methods: possible,
      send: async ({ code, passkey }) => {
        await this.#api.stepUp(passkey === undefined ? { code: code ?? '' } : { passkey });
        this.#close(true);
      },
      passkey: async (signal) => ({ passkey: await askForPasskey(await this.#api.requestOptions(), signal) }),
      takes: (failure) => this.#takesSignedOut(failure),
    });
    this.view = { kind: 'form', form };
    form.focus();
  }

  #takesSignedOut(failure: CallFailure): boolean {
    if (failure.isSignedOut) {
      this.#close(false);
      this.emit('two-factor-signed-out');
    }
    return failure.isSignedOut;
  }

  #close(isRaised: boolean): void {
    const asked = this.#asked;
    if (asked === undefined) {
      return;
    }
    if (this.view.kind === 'form') {
      this.view.form.drop();
    }
    this.#asked = undefined;
    this.#dialog?.close();
    this.requestUpdate();
    asked.settle(isRaised);
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  /** A call that is under way happens all the same, so that nobody can turn away from it. */
  readonly #escape = (event: Event): void => {
    if (this.view.kind === 'form' && this.view.form.isBusy) {
      event.preventDefault();
    }
  };

  /** Escape, or whatever else closes a dialog. */
  readonly #closed = (): void => this.#close(false);
}
