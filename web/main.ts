import { LitElement, type PropertyDeclarations, type TemplateResult, html, nothing } from 'lit';
import {
  CallFailure,
  type Tokens,
  TwoFactorChallenge,
  type TwoFactorEnrolmentRequiredDetail,
  TwoFactorSettings,
} from 'two-factor-elements';
import { AccountApi } from './account-api.js';
import { registerCard, signInCard } from './cards.js';
import {
  SHORTEST_PASSWORD,
  type Fault,
  type PasswordFieldTexts,
  emailField,
  faultOf,
  messages,
  passwordField,
} from './fields.js';
import iconUrl from './icon.svg?url';
import { leaveDialog } from './leave-dialog.js';
import { OwnData } from './own-data.js';
import { PAGE_LANGUAGE, pageTexts as t } from './page-texts.js';
import { RecoveryForm, type RecoveryOpenedDetail } from './recovery-form.js';
import { Session } from './session.js';
import { type View, formOf } from './view.js';

/** The page around the elements. It renders into the document itself, where password managers look for forms. */
class AccountPage extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    view: { state: true },
    fault: { state: true },
    failure: { state: true },
    notice: { state: true },
    isBusy: { state: true },
    isPasswordShown: { state: true },
  };

  declare private view: View;
  declare private fault: Fault | undefined;
  declare private failure: CallFailure | undefined;
  declare private notice: string | undefined;
  declare private isBusy: boolean;
  declare private isPasswordShown: boolean;

  readonly #api = new AccountApi();
  readonly #session = new Session(this.#api);
  #email = '';

  constructor() {
    super();
    this.view = formOf(location);
    this.isBusy = false;
    this.isPasswordShown = false;
  }

  protected override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.#followAddress);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.#followAddress);
  }

  override render(): TemplateResult {
    const { view } = this;
    return html`
      <header>
        <a class="brand" href="/"><img src=${iconUrl} width="28" height="28" alt="" />nestjs-two-factor</a>
        ${
          view.kind === 'account'
            ? html`<button type="button" class="quiet" @click=${this.#askToSignOut}>${t.signOut}</button>`
            : nothing
        }
      </header>
      <main class=${view.kind === 'account' ? 'account' : 'narrow'}>${this.#main(view)}</main>
      <footer><a href="/docs">${t.docs}</a><a href="/openapi.json">${t.contract}</a></footer>
      ${leaveDialog({ stay: () => this.querySelector('dialog')?.close(), leave: this.#signOut })}
    `;
  }

  #main(view: View): TemplateResult {
    switch (view.kind) {
      case 'sign-in':
        return this.#signInForm();
      case 'register':
        return this.#registerForm();
      case 'recovery':
        return html`<recovery-form
          .email=${this.#email}
          @recovery-opened=${this.#recovered}
        ></recovery-form>`;
      case 'challenge':
        return html`<h1 class="visually-hidden">${t.signInTitle}</h1>
          <two-factor-challenge
            .challengeToken=${view.challenge.challengeToken}
            .expiresIn=${view.challenge.expiresIn}
            .methods=${view.challenge.methods}
            .trustedDeviceDays=${view.challenge.trustedDeviceDays}
            .locks=${view.challenge.locks}
            .account=${this.#email}
            @two-factor-verified=${this.#verified}
            @two-factor-enrolment-required=${this.#mustEnrol}
            @two-factor-restart=${() => this.#showForm('sign-in')}
            ><p slot="help" class="muted small">${t.lostAll} <a href="#recovery">${t.toRecovery}</a></p>
          </two-factor-challenge>`;
      case 'enrolment':
        return html`<h1 class="visually-hidden">${t.signInTitle}</h1>
          <two-factor-enrolment
            .enrolmentToken=${view.enrolment.enrolmentToken}
            .methods=${view.enrolment.methods}
            .account=${this.#email}
            .isRecovery=${view.isRecovery}
            @two-factor-enrolled=${this.#verified}
            @two-factor-restart=${() => this.#showForm('sign-in')}
          ></two-factor-enrolment>`;
      case 'account':
      default:
        return html`<div class="head">
            <h1 tabindex="-1">${t.accountTitle}</h1>
            <p class="muted who">${this.#email}</p>
          </div>
          <two-factor-settings
            .getAccessToken=${this.#session.getAccessToken}
            .account=${this.#email}
            @two-factor-enabled=${this.#enabled}
            @two-factor-signed-out=${this.#signedOut}
          ></two-factor-settings>
          <own-data .getAccessToken=${this.#session.getAccessToken}></own-data>`;
    }
  }

  #signInForm(): TemplateResult {
    const fields = this.#fields({ autocomplete: 'current-password', faultText: t.passwordMissing });
    return signInCard({ fields, isBusy: this.isBusy, submit: this.#submitSignIn });
  }

  #registerForm(): TemplateResult {
    const fields = this.#fields({
      autocomplete: 'new-password',
      faultText: t.passwordTooShort,
      hint: t.passwordHint,
    });
    return registerCard({ fields, isBusy: this.isBusy, submit: this.#submitRegistration });
  }

  #fields(texts: PasswordFieldTexts): TemplateResult {
    return html`${messages({ failure: this.failure, notice: this.notice })}
    ${emailField({ value: this.#email, isFaulty: this.fault === 'email' })}
    ${passwordField({
      ...texts,
      isFaulty: this.fault === 'password',
      isShown: this.isPasswordShown,
      toggle: () => (this.isPasswordShown = !this.isPasswordShown),
    })}`;
  }

  readonly #submitSignIn = (event: SubmitEvent): void =>
    this.#submit(event, 1, async (email, password) => {
      const answer = await this.#api.signIn(email, password);
      if (answer.status === 'authenticated') {
        this.#session.accept(answer.tokens);
        this.#showAccount();
      } else if (answer.status === 'two_factor_required') {
        this.#show({ kind: 'challenge', challenge: answer });
      } else {
        this.#show({ kind: 'enrolment', enrolment: answer, isRecovery: false });
      }
    });

  readonly #submitRegistration = (event: SubmitEvent): void =>
    this.#submit(event, SHORTEST_PASSWORD, async (email, password) => {
      this.#session.accept(await this.#api.register(email, password));
      this.#showAccount();
    });

  #submit(
    event: SubmitEvent,
    shortestPassword: number,
    send: (email: string, password: string) => Promise<void>,
  ): void {
    event.preventDefault();
    const email = this.querySelector<HTMLInputElement>('#email');
    const password = this.querySelector<HTMLInputElement>('#password');
    if (email === null || password === null || this.isBusy) {
      return;
    }
    this.#email = email.value.trim();
    this.failure = undefined;
    this.fault = faultOf(email, password, shortestPassword);
    if (this.fault === undefined) {
      void this.#run(() => send(this.#email, password.value));
    } else {
      this.#focus(`#${this.fault}`);
    }
  }

  async #run(send: () => Promise<void>): Promise<void> {
    this.isBusy = true;
    try {
      await send();
    } catch (error) {
      this.failure = CallFailure.from(error);
      this.#focus(this.failure.code === 'AUTH_EMAIL_TAKEN' ? '#email' : '#password');
    } finally {
      this.isBusy = false;
    }
  }

  readonly #mustEnrol = ({ detail }: CustomEvent<TwoFactorEnrolmentRequiredDetail>): void =>
    this.#show({ kind: 'enrolment', enrolment: detail, isRecovery: false });

  readonly #recovered = ({ detail: { email, enrolment } }: CustomEvent<RecoveryOpenedDetail>): void => {
    this.#email = email;
    history.replaceState(null, '', location.pathname);
    this.#show({ kind: 'enrolment', enrolment, isRecovery: true });
  };

  readonly #verified = ({ detail }: CustomEvent<{ tokens: Tokens }>): void => {
    this.#session.accept(detail.tokens);
    this.#showAccount();
  };

  readonly #enabled = ({ detail }: CustomEvent<{ tokens: Tokens }>): void =>
    this.#session.accept(detail.tokens);

  readonly #signedOut = (): void => {
    this.#showForm('sign-in');
    this.notice = t.ended;
  };

  readonly #askToSignOut = (): void => {
    const settings = this.querySelector('two-factor-settings');
    if (settings?.hasUnsavedCodes === true) {
      this.querySelector('dialog')?.showModal();
    } else {
      this.#signOut();
    }
  };

  readonly #signOut = (): void => {
    this.querySelector('dialog')?.close();
    void this.#session.signOut();
    this.#showForm('sign-in');
  };

  /** The address says which form one sees, and never who is signed in. */
  readonly #followAddress = (): void => {
    if (this.view.kind !== 'account' && this.view.kind !== 'enrolment') {
      this.#show(formOf(location));
      this.#focus('h1');
    }
  };

  #showAccount(): void {
    history.replaceState(null, '', location.pathname);
    this.#show({ kind: 'account' });
    this.#focus('h1');
  }

  #showForm(kind: 'sign-in' | 'register'): void {
    this.#show({ kind });
    this.#focus(this.#email === '' ? '#email' : '#password');
  }

  #show(view: View): void {
    this.view = view;
    this.fault = undefined;
    this.failure = undefined;
    this.notice = undefined;
    this.isPasswordShown = false;
  }

  #focus(selector: string): void {
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(selector)?.focus());
  }
}

document.documentElement.lang = PAGE_LANGUAGE;
document.title = t.accountTitle;
// Named, so that a bundler keeps the module that defines them.
if (customElements.get('two-factor-settings') === TwoFactorSettings && TwoFactorChallenge !== undefined) {
  customElements.define('own-data', OwnData);
  customElements.define('recovery-form', RecoveryForm);
  customElements.define('account-page', AccountPage);
}
