import { LitElement, type PropertyDeclarations, type TemplateResult, html, nothing } from 'lit';
import { CallFailure, type TwoFactorVerifiedDetail } from 'two-factor-elements';
import { AccountApi, type SignIn } from '../account-api.js';
import { type Fault, emailField, faultOf, messages, passwordField, submitButton } from '../fields.js';
import iconUrl from '../icon.svg?url';
import { PAGE_LANGUAGE, pageTexts as t } from '../page-texts.js';
import { Session } from '../session.js';
import { deskTexts } from './desk-texts.js';
import { defineSupportDesk } from './support-desk.js';

type View =
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'challenge'; readonly challenge: Extract<SignIn, { status: 'two_factor_required' }> }
  | { readonly kind: 'desk' };

/** The page of the support team: a sign-in of its own, and the desk. Whether somebody belongs to it, each call asks. */
class DeskPage extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    view: { state: true },
    fault: { state: true },
    failure: { state: true },
    isBusy: { state: true },
    isPasswordShown: { state: true },
  };

  declare private view: View;
  declare private fault: Fault | undefined;
  declare private failure: CallFailure | undefined;
  declare private isBusy: boolean;
  declare private isPasswordShown: boolean;

  readonly #api = new AccountApi();
  readonly #session = new Session(this.#api);
  #email = '';

  constructor() {
    super();
    this.view = { kind: 'sign-in' };
    this.isBusy = false;
    this.isPasswordShown = false;
  }

  protected override createRenderRoot(): this {
    return this;
  }

  override render(): TemplateResult {
    const { view } = this;
    return html`
      <header>
        <a class="brand" href="/support/"
          ><img src=${iconUrl} width="28" height="28" alt="" />${deskTexts.title}</a
        >
        ${
          view.kind === 'desk'
            ? html`<button type="button" class="quiet" @click=${this.#signOut}>${t.signOut}</button>`
            : nothing
        }
      </header>
      <main class=${view.kind === 'desk' ? 'account' : 'narrow'}>${this.#main(view)}</main>
    `;
  }

  #main(view: View): TemplateResult {
    switch (view.kind) {
      case 'sign-in':
        return this.#signInForm();
      case 'challenge':
        return html`<h1 class="visually-hidden">${t.signInTitle}</h1>
          <two-factor-challenge
            .challengeToken=${view.challenge.challengeToken}
            .expiresIn=${view.challenge.expiresIn}
            .methods=${view.challenge.methods}
            .account=${this.#email}
            @two-factor-verified=${this.#verified}
            @two-factor-restart=${() => (this.view = { kind: 'sign-in' })}
          ></two-factor-challenge>`;
      case 'desk':
      default:
        return html`<support-desk
          .getAccessToken=${this.#session.getAccessToken}
          @desk-closed=${this.#closed}
        ></support-desk>`;
    }
  }

  #signInForm(): TemplateResult {
    return html`<section class="card">
      <h1 tabindex="-1">${t.signInTitle}</h1>
      <form novalidate @submit=${this.#submit}>
        ${messages({ failure: this.failure, notice: undefined })}
        ${emailField({ value: this.#email, isFaulty: this.fault === 'email' })}
        ${passwordField({
          autocomplete: 'current-password',
          faultText: t.passwordMissing,
          isFaulty: this.fault === 'password',
          isShown: this.isPasswordShown,
          toggle: () => (this.isPasswordShown = !this.isPasswordShown),
        })}
        ${submitButton(t.signIn, { isBusy: this.isBusy })}
      </form>
    </section>`;
  }

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const email = this.querySelector<HTMLInputElement>('#email');
    const password = this.querySelector<HTMLInputElement>('#password');
    if (email === null || password === null || this.isBusy) {
      return;
    }
    this.#email = email.value.trim();
    this.failure = undefined;
    this.fault = faultOf(email, password, 1);
    if (this.fault === undefined) {
      void this.#signIn(password.value);
    } else {
      (this.fault === 'email' ? email : password).focus();
    }
  };

  async #signIn(password: string): Promise<void> {
    this.isBusy = true;
    try {
      const answer = await this.#api.signIn(this.#email, password);
      switch (answer.status) {
        case 'authenticated':
          this.#session.accept(answer.tokens);
          this.view = { kind: 'desk' };
          break;
        case 'two_factor_required':
          this.view = { kind: 'challenge', challenge: answer };
          break;
        case 'two_factor_enrolment_required':
          // Somebody of the team without a factor sets one up on their own page first.
          this.failure = new CallFailure('TWO_FACTOR_ENROLMENT_REQUIRED');
      }
    } catch (error) {
      this.failure = CallFailure.from(error);
    } finally {
      this.isBusy = false;
    }
  }

  readonly #verified = ({ detail }: CustomEvent<TwoFactorVerifiedDetail>): void => {
    this.#session.accept(detail.tokens);
    this.view = { kind: 'desk' };
  };

  readonly #closed = ({ detail }: CustomEvent<CallFailure>): void => {
    this.#signOut();
    this.failure = detail;
  };

  readonly #signOut = (): void => {
    void this.#session.signOut();
    this.view = { kind: 'sign-in' };
  };
}

document.documentElement.lang = PAGE_LANGUAGE;
document.title = deskTexts.title;
defineSupportDesk();
customElements.define('desk-page', DeskPage);
