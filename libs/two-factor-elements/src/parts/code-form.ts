import { type TemplateResult, html, nothing } from 'lit';
import { CallFailure } from '../api/call-failure.js';
import type { Method, Proof } from '../api/two-factor-api.js';
import { parseBackupCode, parseOneTimeCode } from './codes.js';
import { Countdown } from './countdown.js';
import { failureNotice } from './failure-notice.js';
import { clockText } from './time.js';
import type { TwoFactorElement } from './two-factor-element.js';

/** When a lock comes without a time; the contract always gives one. */
const UNKNOWN_LOCK_SECONDS = 30;

export interface CodeFormOptions {
  /** What may be entered, the first one first. */
  readonly methods: readonly Method[];
  /** Sends what was entered. What it throws is shown. */
  readonly send: (proof: Proof) => Promise<void>;
  /** Takes a failure that the form has no face for; says whether it did. */
  readonly takes?: (failure: CallFailure) => boolean;
}

interface Look {
  readonly submit: string;
  readonly isDanger?: boolean;
  /** Stands beside the button. */
  readonly beside?: TemplateResult | typeof nothing;
}

/**
 * The form that asks for a code: six digits that send themselves, or a backup code; the password as well once
 * the server asks for it; what went wrong, and how long a lock lasts. One for each view, dropped with it.
 */
export class CodeForm {
  method: Method;
  isBusy = false;
  needsPassword = false;
  #failure: CallFailure | undefined;
  #fault: 'malformed' | 'passwordWrong' | undefined;
  readonly #locks = new Map<Method | 'address', Countdown>();

  constructor(
    private readonly host: TwoFactorElement,
    private readonly options: CodeFormOptions,
  ) {
    this.method = options.methods[0] ?? 'totp';
  }

  /** Stops its clocks. */
  drop(): void {
    for (const lock of this.#locks.values()) {
      lock.stop();
      this.host.removeController(lock);
    }
  }

  render({ submit, isDanger = false, beside = nothing }: Look): TemplateResult {
    const { common } = this.host.t;
    const isLocked = this.#lock !== undefined;
    return html`<form part="form" novalidate @submit=${this.#submit}>
      ${this.#lockNotice()} ${this.#formFailure()}
      ${this.method === 'totp' ? this.#oneTimeCodeField() : this.#backupCodeField()}
      ${this.needsPassword ? this.#passwordField() : nothing}
      <div class="actions">
        <button
          type="submit"
          part="button ${isDanger ? 'button-danger' : 'button-primary'}"
          class=${isDanger ? 'danger' : 'primary'}
          ?disabled=${isLocked || this.isBusy}
        >
          ${this.isBusy ? html`<span class="spinner"></span>${common.working}` : submit}
        </button>
        ${beside}
      </div>
      ${this.#otherMethod()}
    </form>`;
  }

  #oneTimeCodeField(): TemplateResult {
    const { form } = this.host.t;
    return html`<div class="field">
      <label for="code" part="label">${form.code}</label>
      <input
        id="code"
        name="code"
        part="input code-input"
        class="one-time-code"
        type="text"
        inputmode="numeric"
        autocomplete="one-time-code"
        autocapitalize="off"
        spellcheck="false"
        maxlength="16"
        aria-describedby="code-hint code-error"
        aria-invalid=${this.#isCodeRefused}
        .readOnly=${this.isBusy || this.#lock !== undefined}
        @input=${this.#typedDigits}
      />
      <p id="code-hint" class="hint">${form.codeHint}</p>
      ${this.#codeError(form.codeMalformed)}
    </div>`;
  }

  #backupCodeField(): TemplateResult {
    const { form } = this.host.t;
    return html`<div class="field">
      <label for="backup-code" part="label">${form.backupCode}</label>
      <input
        id="backup-code"
        name="backupCode"
        part="input backup-code-input"
        class="backup-code"
        type="text"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck="false"
        maxlength="40"
        placeholder="XXXXX-XXXXX-XXXXX"
        aria-describedby="code-hint code-error"
        aria-invalid=${this.#isCodeRefused}
        .readOnly=${this.isBusy || this.#lock !== undefined}
      />
      <p id="code-hint" class="hint">${form.backupCodeHint}</p>
      ${this.#codeError(form.backupCodeMalformed)}
    </div>`;
  }

  #passwordField(): TemplateResult {
    const { form } = this.host.t;
    const isWrong = this.#fault === 'passwordWrong';
    return html`<div class="field">
      <label for="password" part="label">${form.password}</label>
      <input
        id="password"
        name="password"
        part="input"
        type="password"
        autocomplete="current-password"
        maxlength="128"
        aria-describedby="password-hint password-error"
        aria-invalid=${isWrong}
        .readOnly=${this.isBusy}
      />
      <p id="password-hint" class="hint">${form.passwordHint}</p>
      <p id="password-error" class="error" part="error" role="alert">
        ${isWrong ? form.passwordWrong : nothing}
      </p>
    </div>`;
  }

  /** Always there, so that a screen reader notices when it is filled. */
  #codeError(malformed: string): TemplateResult {
    const { form, errors } = this.host.t;
    const isRefused = this.#failure?.code === 'TWO_FACTOR_CODE_INVALID';
    const text =
      this.#fault === 'malformed' ? malformed : isRefused ? errors.TWO_FACTOR_CODE_INVALID : nothing;
    return html`<div role="alert">
      <p id="code-error" class="error" part="error">${text}</p>
      ${isRefused && this.method === 'totp' ? html`<p class="hint">${form.replayHint}</p>` : nothing}
    </div>`;
  }

  #formFailure(): TemplateResult | typeof nothing {
    const failure = this.#failure;
    const isShownElsewhere =
      failure === undefined ||
      ['TWO_FACTOR_CODE_INVALID', 'TWO_FACTOR_LOCKED', 'RATE_LIMITED'].includes(failure.code);
    return isShownElsewhere ? nothing : failureNotice(this.host.t, failure);
  }

  #lockNotice(): TemplateResult | typeof nothing {
    const lock = this.#lock;
    if (lock === undefined) {
      return nothing;
    }
    const { form } = this.host.t;
    const say = this.#locks.get('address') === lock ? form.limited : form.locked;
    return html`<div class="notice warning" part="notice notice-locked" role="timer">
      <p>${withTime(say, clockText(lock.secondsLeft))}</p>
    </div>`;
  }

  #otherMethod(): TemplateResult | typeof nothing {
    const { form } = this.host.t;
    const other = this.options.methods.find((method) => method !== this.method);
    if (other === undefined) {
      return nothing;
    }
    return html`<button
      type="button"
      class="text"
      part="button button-text"
      ?disabled=${this.isBusy}
      @click=${() => this.#switchTo(other)}
    >
      ${other === 'totp' ? form.useCode : form.useBackupCode}
    </button>`;
  }

  get #lock(): Countdown | undefined {
    const locks = [this.#locks.get('address'), this.#locks.get(this.method)];
    return locks.find((lock) => lock?.isRunning);
  }

  get #isCodeRefused(): boolean {
    return this.#fault === 'malformed' || this.#failure?.code === 'TWO_FACTOR_CODE_INVALID';
  }

  #switchTo(method: Method): void {
    this.method = method;
    this.#failure = undefined;
    this.#fault = undefined;
    this.host.requestUpdate();
    this.focus();
  }

  /** Puts the focus on the field that is to be filled. */
  focus(selector = this.method === 'totp' ? '#code' : '#backup-code'): void {
    // What changed is drawn first: the field may be a new one.
    this.host.requestUpdate();
    void this.host.updateComplete.then(() =>
      this.host.renderRoot.querySelector<HTMLElement>(selector)?.focus(),
    );
  }

  readonly #typedDigits = ({ currentTarget: input }: InputEvent): void => {
    if (!(input instanceof HTMLInputElement)) {
      return;
    }
    const code = parseOneTimeCode(input.value);
    if (code === undefined) {
      return;
    }
    input.value = code;
    const password = input.form?.querySelector<HTMLInputElement>('#password');
    if (password?.value === '') {
      password.focus();
    } else {
      input.form?.requestSubmit();
    }
  };

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (event.currentTarget instanceof HTMLFormElement && !this.isBusy && this.#lock === undefined) {
      void this.#send(event.currentTarget);
    }
  };

  async #send(form: HTMLFormElement): Promise<void> {
    const typed = form.querySelector<HTMLInputElement>('#code, #backup-code')?.value ?? '';
    const password = form.querySelector<HTMLInputElement>('#password')?.value ?? '';
    const code = this.method === 'totp' ? parseOneTimeCode(typed) : parseBackupCode(typed);
    this.#failure = undefined;
    this.#fault = code === undefined ? 'malformed' : undefined;
    if (code === undefined) {
      this.host.requestUpdate();
      this.focus();
      return;
    }
    this.isBusy = true;
    this.host.requestUpdate();
    try {
      await this.options.send({
        ...(this.method === 'totp' ? { code } : { backupCode: code }),
        ...(password === '' ? {} : { password }),
      });
    } catch (error) {
      this.#show(CallFailure.from(error), form);
    } finally {
      this.isBusy = false;
      this.host.requestUpdate();
    }
  }

  #show(failure: CallFailure, form: HTMLFormElement): void {
    if (this.options.takes?.(failure) === true) {
      return;
    }
    this.#failure = failure;
    if (failure.code === 'TWO_FACTOR_LOCKED' || failure.code === 'RATE_LIMITED') {
      this.#startLock(failure.code === 'RATE_LIMITED' ? 'address' : this.method, failure);
    }
    if (failure.code === 'TWO_FACTOR_CODE_INVALID' || failure.code === 'TWO_FACTOR_LOCKED') {
      // It is spent or wrong: the next one is typed into an empty field.
      form.querySelectorAll<HTMLInputElement>('#code, #backup-code').forEach((input) => (input.value = ''));
    }
    if (failure.code === 'AUTH_REAUTHENTICATION_REQUIRED') {
      // Asked for the first time, it is no mistake of anybody's.
      this.#failure = undefined;
      this.#fault = this.needsPassword ? 'passwordWrong' : undefined;
      this.needsPassword = true;
      this.focus('#password');
      return;
    }
    this.focus();
  }

  #startLock(of: Method | 'address', { retryAfterSeconds = UNKNOWN_LOCK_SECONDS }: CallFailure): void {
    const { form } = this.host.t;
    const lock = this.#locks.get(of) ?? new Countdown(this.host);
    this.#locks.set(of, lock);
    lock.start(retryAfterSeconds, () => {
      this.#failure = undefined;
      this.host.announce(form.lockOver);
      this.focus();
    });
    this.host.announce((of === 'address' ? form.limited : form.locked)(clockText(retryAfterSeconds)));
  }
}

/** The sentence with its time set apart, so that the digits do not dance. */
function withTime(say: (time: string) => string, time: string): TemplateResult {
  const [before = '', after = ''] = say('\0').split('\0');
  return html`${before}<span class="time">${time}</span>${after}`;
}
