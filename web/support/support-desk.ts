import { LitElement, type PropertyDeclarations, type TemplateResult, html, nothing } from 'lit';
import { CallFailure, type GetAccessToken } from 'two-factor-elements';
import { messages, submitButton } from '../fields.js';
import { pageTexts as page } from '../page-texts.js';
import { accountFacts, record } from './account-view.js';
import { type AccountView, type ApprovedReset, DeskApi, type FoundAccount, type Reset } from './desk-api.js';
import { deskTexts as t, when } from './desk-texts.js';
import { isOpen, resetList } from './resets.js';

/** What is about to be done, and wants a reason first. */
type Pending =
  | { readonly action: 'ask'; readonly userId: string }
  | { readonly action: 'approve' | 'cancel'; readonly reset: Reset };

interface Shown {
  readonly account: Partial<FoundAccount> & Pick<FoundAccount, 'id'>;
  readonly view: AccountView;
}

/** The desk of somebody who is signed in and belongs to the support team. */
class SupportDesk extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    getAccessToken: { attribute: false },
    shown: { state: true },
    resets: { state: true },
    pending: { state: true },
    approved: { state: true },
    failure: { state: true },
    notice: { state: true },
    isBusy: { state: true },
  };

  declare getAccessToken: GetAccessToken;
  declare private shown: Shown | undefined;
  declare private resets: readonly Reset[];
  declare private pending: Pending | undefined;
  declare private approved: ApprovedReset | undefined;
  declare private failure: CallFailure | undefined;
  declare private notice: string | undefined;
  declare private isBusy: boolean;

  readonly #api = new DeskApi((asked) => this.getAccessToken(asked));

  constructor() {
    super();
    this.resets = [];
    this.isBusy = false;
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override firstUpdated(): void {
    void this.#run(() => this.#load());
  }

  override render(): TemplateResult {
    return html`<div class="head">
        <h1 tabindex="-1">${t.title}</h1>
        <p class="muted">${t.lead}</p>
      </div>
      ${this.approved === undefined ? nothing : this.#code(this.approved)} ${this.#search()}
      ${this.shown === undefined ? nothing : this.#account(this.shown)}
      <section class="card">
        <div class="row">
          <h2>${t.allResets}</h2>
          <button type="button" class="quiet" @click=${() => this.#run(() => this.#load())}>
            ${t.refresh}
          </button>
        </div>
        ${resetList(this.resets, { begin: this.#begin, show: this.#show })}
      </section>
      ${this.#dialog()}`;
  }

  #search(): TemplateResult {
    return html`<section class="card">
      <h2>${t.findTitle}</h2>
      <form novalidate @submit=${this.#find}>
        ${messages({ failure: this.pending === undefined ? this.failure : undefined, notice: this.notice })}
        <div class="search">
          <div class="field">
            <label for="look-up">${page.email}</label>
            <input
              id="look-up"
              type="email"
              inputmode="email"
              autocomplete="off"
              autocapitalize="off"
              spellcheck="false"
              maxlength="254"
            />
          </div>
          ${submitButton(t.find, { isBusy: this.isBusy })}
        </div>
      </form>
    </section>`;
  }

  #account({ account, view }: Shown): TemplateResult {
    const canAsk = view.status.enabled && !view.resets.some(isOpen);
    return html`<section class="card" id="account">
      <h2 tabindex="-1" class="who">${account.email ?? t.account}</h2>
      ${accountFacts(view, account)}
      <div class="head">
        <h3>${t.resets}</h3>
        ${resetList(view.resets, { begin: this.#begin })}
      </div>
      ${
        canAsk
          ? html`<div class="actions">
              <button
                type="button"
                class="primary"
                @click=${() => this.#open({ action: 'ask', userId: account.id })}
              >
                ${t.ask}
              </button>
            </div>`
          : nothing
      }
      ${record(view)}
    </section>`;
  }

  #code({ resetCode, readyAt, expiresAt }: ApprovedReset): TemplateResult {
    return html`<section class="card" id="code">
      <h2 tabindex="-1">${t.codeTitle}</h2>
      <p class="code">${resetCode}</p>
      <p>${t.codeText(when(readyAt), when(expiresAt))}</p>
      <div class="actions">
        <button type="button" class="primary" @click=${() => (this.approved = undefined)}>${t.done}</button>
      </div>
    </section>`;
  }

  #dialog(): TemplateResult {
    const { action } = this.pending ?? { action: 'ask' };
    const title = { ask: t.ask, approve: t.confirmApprove, cancel: t.confirmCancel }[action];
    return html`<dialog aria-labelledby="reason-title" @close=${() => (this.pending = undefined)}>
      <h2 id="reason-title">${title}</h2>
      ${action === 'ask' ? html`<p class="muted">${t.askText}</p>` : nothing}
      <form novalidate @submit=${this.#submit}>
        ${messages({ failure: this.failure, notice: undefined })}
        <div class="field">
          <label for="reason">${t.reason}</label>
          <input id="reason" autocomplete="off" maxlength="500" aria-describedby="reason-hint" />
          <p id="reason-hint" class="hint">${t.reasonHint}</p>
        </div>
        <div class="actions">
          ${submitButton(title, { isBusy: this.isBusy })}
          <button type="button" @click=${() => this.#reasonDialog?.close()}>${t.back}</button>
        </div>
      </form>
    </dialog>`;
  }

  get #reasonDialog(): HTMLDialogElement | null {
    return this.querySelector('dialog');
  }

  readonly #begin = (action: 'approve' | 'cancel', reset: Reset): void => this.#open({ action, reset });

  #open(pending: Pending): void {
    this.pending = pending;
    this.failure = undefined;
    const reason = this.querySelector<HTMLInputElement>('#reason');
    if (reason !== null) {
      reason.value = '';
    }
    this.#reasonDialog?.showModal();
    reason?.focus();
  }

  readonly #find = (event: SubmitEvent): void => {
    event.preventDefault();
    const email = this.querySelector<HTMLInputElement>('#look-up')?.value.trim() ?? '';
    if (email !== '') {
      void this.#run(async () => {
        const [account] = await this.#api.find(email);
        this.shown = account && { account, view: await this.#api.view(account.id) };
        this.notice = account === undefined ? t.nobody : undefined;
      });
    }
  };

  readonly #show = (userId: string): void => {
    void this.#run(async () => {
      this.shown = { account: { id: userId }, view: await this.#api.view(userId) };
    });
  };

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { pending } = this;
    const reason = this.querySelector<HTMLInputElement>('#reason')?.value.trim() ?? '';
    if (pending === undefined || reason === '') {
      this.querySelector<HTMLInputElement>('#reason')?.focus();
      return;
    }
    void this.#run(async () => {
      await this.#do(pending, reason);
      this.#reasonDialog?.close();
      await this.#load();
    });
  };

  async #do(pending: Pending, reason: string): Promise<void> {
    switch (pending.action) {
      case 'ask':
        await this.#api.ask(pending.userId, reason);
        break;
      case 'approve':
        this.approved = await this.#api.approve(pending.reset.id, reason);
        break;
      case 'cancel':
      default:
        await this.#api.cancel(pending.reset.id, reason);
    }
  }

  async #load(): Promise<void> {
    this.resets = await this.#api.resets();
    const { shown } = this;
    this.shown = shown && { ...shown, view: await this.#api.view(shown.account.id) };
  }

  async #run(work: () => Promise<void>): Promise<void> {
    if (this.isBusy) {
      return;
    }
    this.isBusy = true;
    this.failure = undefined;
    this.notice = undefined;
    try {
      await work();
    } catch (error) {
      this.failure = CallFailure.from(error);
      // The factor is older than a quarter of an hour: a sign-in is the proof that this page asks for.
      if (this.failure.isSignedOut || this.failure.code === 'TWO_FACTOR_STEP_UP_REQUIRED') {
        this.dispatchEvent(new CustomEvent('desk-closed', { detail: this.failure }));
      }
    } finally {
      this.isBusy = false;
    }
  }
}

/** Makes the element known to the page. */
export function defineSupportDesk(): void {
  customElements.define('support-desk', SupportDesk);
}
