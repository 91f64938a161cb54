import { LitElement, type PropertyDeclarations, type TemplateResult, html, nothing } from 'lit';
import { parseBackupCode } from 'nestjs-two-factor/codes';
import { CallFailure, type TwoFactorEnrolmentRequiredDetail } from 'two-factor-elements';
import { AccountApi } from './account-api.js';
import { type Fault, emailField, faultOf, messages, passwordField, submitButton } from './fields.js';
import { pageTexts as t } from './page-texts.js';

/** What `recovery-opened` says: for whom, and what `<two-factor-enrolment>` takes. */
export interface RecoveryOpenedDetail {
  readonly email: string;
  readonly enrolment: TwoFactorEnrolmentRequiredDetail;
}

/** For somebody who has lost all factors, and has a code of support: with the password it opens the set-up of a new one. */
export class RecoveryForm extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    email: { attribute: false },
    fault: { state: true },
    failure: { state: true },
    isBusy: { state: true },
    isPasswordShown: { state: true },
  };

  /** As it was typed for the sign-in, if it was. */
  declare email: string;
  declare private fault: Fault | 'reset-code' | undefined;
  declare private failure: CallFailure | undefined;
  declare private isBusy: boolean;
  declare private isPasswordShown: boolean;

  readonly #api = new AccountApi();

  constructor() {
    super();
    this.email = '';
    this.isBusy = false;
    this.isPasswordShown = false;
  }

  protected override createRenderRoot(): this {
    return this;
  }

  override render(): TemplateResult {
    return html`<section class="card">
      <div class="head">
        <h1 tabindex="-1">${t.recoveryTitle}</h1>
        <p class="muted">${t.recoveryText}</p>
      </div>
      <form novalidate @submit=${this.#submit}>
        ${messages({ failure: this.failure, notice: undefined })}
        ${emailField({ value: this.email, isFaulty: this.fault === 'email' })}
        ${passwordField({
          autocomplete: 'current-password',
          faultText: t.passwordMissing,
          isFaulty: this.fault === 'password',
          isShown: this.isPasswordShown,
          toggle: () => (this.isPasswordShown = !this.isPasswordShown),
        })}
        ${this.#codeField(this.fault === 'reset-code')} ${submitButton(t.recover, { isBusy: this.isBusy })}
      </form>
      <p class="muted"><a href="#sign-in">${t.backToSignIn}</a></p>
    </section>`;
  }

  #codeField(isFaulty: boolean): TemplateResult {
    return html`<div class="field">
      <label for="reset-code">${t.resetCode}</label>
      <input
        id="reset-code"
        type="text"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck="false"
        placeholder="XXXXX-XXXXX-XXXXX"
        aria-describedby="reset-code-hint reset-code-error"
        aria-invalid=${isFaulty}
      />
      <p id="reset-code-hint" class="hint">${t.resetCodeHint}</p>
      <p id="reset-code-error" class="error" role="alert">${isFaulty ? t.resetCodeFault : nothing}</p>
    </div>`;
  }

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const email = this.querySelector<HTMLInputElement>('#email');
    const password = this.querySelector<HTMLInputElement>('#password');
    const typed = this.querySelector<HTMLInputElement>('#reset-code');
    if (email === null || password === null || typed === null || this.isBusy) {
      return;
    }
    this.email = email.value.trim();
    this.failure = undefined;
    const resetCode = parseBackupCode(typed.value);
    this.fault = faultOf(email, password, 1) ?? (resetCode === undefined ? 'reset-code' : undefined);
    if (this.fault !== undefined || resetCode === undefined) {
      this.#focus(this.fault ?? 'reset-code');
    } else {
      void this.#send({ email: this.email, password: password.value, resetCode });
    }
  };

  async #send(request: Parameters<AccountApi['recover']>[0]): Promise<void> {
    this.isBusy = true;
    try {
      const enrolment = await this.#api.recover(request);
      const detail: RecoveryOpenedDetail = { email: request.email, enrolment };
      this.dispatchEvent(new CustomEvent('recovery-opened', { detail }));
    } catch (error) {
      this.failure = CallFailure.from(error);
      this.#focus(this.failure.code === 'AUTH_CREDENTIALS_INVALID' ? 'password' : 'reset-code');
    } finally {
      this.isBusy = false;
    }
  }

  #focus(id: Fault | 'reset-code'): void {
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(`#${id}`)?.focus());
  }
}
