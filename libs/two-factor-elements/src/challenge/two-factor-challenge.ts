import { type PropertyDeclarations, type TemplateResult, html } from 'lit';
import type { CallFailure } from '../api/call-failure.js';
import { type Method, type Proof, type Tokens, TwoFactorApi, tokensOf } from '../api/two-factor-api.js';
import { Countdown } from '../parts/countdown.js';
import { SaveCodes } from '../parts/save-codes.js';
import { TwoFactorElement } from '../parts/two-factor-element.js';
import { ProofForm } from '../proof/proof-form.js';

/** What `two-factor-verified` says: how the sign-in was completed, and its tokens. */
export interface TwoFactorVerifiedDetail {
  readonly method: Method;
  readonly tokens: Tokens;
}

/**
 * The step of a sign-in between the password and the session. Backup codes that come with it, as an imported user's
 * first sign-in brings them, are put away before anything else: they are shown this once.
 *
 * @fires two-factor-verified - with the tokens of the new session
 * @fires two-factor-restart - when somebody goes back to the password
 */
export class TwoFactorChallenge extends TwoFactorElement {
  static override readonly properties: PropertyDeclarations = {
    ...TwoFactorElement.properties,
    // Properties and no attributes: a token does not belong in the document.
    challengeToken: { attribute: false },
    methods: { attribute: false, hasChanged: areOthers },
    expiresIn: { attribute: false },
    isExpired: { state: true },
    codes: { state: true },
  };

  /** What the login answered with. */
  declare challengeToken: string | undefined;
  /** The methods that the login offered. Those that a newer server knows and this does not are left out. */
  declare methods: readonly Method[] | undefined;
  /** Seconds the challenge lives, as the login said. Without it, the first answer after that tells. */
  declare expiresIn: number | undefined;
  declare private isExpired: boolean;
  /** Those that came with the sign-in, until they are safe. */
  declare private codes: SaveCodes | undefined;

  #form: ProofForm;
  readonly #life = new Countdown(this);

  constructor() {
    super();
    this.isExpired = false;
    this.#form = this.#newForm();
  }

  override willUpdate(changes: Map<PropertyKey, unknown>): void {
    if (changes.has('challengeToken') || changes.has('methods')) {
      this.#form.drop();
      this.#form = this.#newForm();
    }
    if (changes.has('challengeToken')) {
      this.isExpired = false;
      this.codes = undefined;
    }
    if (changes.has('challengeToken') || changes.has('expiresIn')) {
      this.#startExpiry();
    }
  }

  override firstUpdated(): void {
    this.#form.focus();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('beforeunload', this.#warnOfLoss);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('beforeunload', this.#warnOfLoss);
  }

  /** Whether codes are on the screen that nobody has said to be safe. */
  get hasUnsavedCodes(): boolean {
    return this.codes !== undefined;
  }

  override render(): TemplateResult {
    const { challenge } = this.t;
    if (this.codes !== undefined) {
      return html`${this.voice()}${this.#save(this.codes)}`;
    }
    if (this.isExpired) {
      return html`${this.voice()}${this.#expired()}`;
    }
    const { title, text } = this.#form.field.texts(this.t);
    return html`${this.voice()}
      <section class="card" part="card" aria-labelledby="title">
        <div class="head">
          <h2 id="title" part="heading" tabindex="-1">${title}</h2>
          <p class="muted">${text}</p>
        </div>
        ${this.#form.render({ submit: challenge.submit })}
        <button
          type="button"
          class="text subtle"
          part="button button-text"
          ?disabled=${this.#form.isBusy}
          @click=${this.#restart}
        >
          ${challenge.otherAccount}
        </button>
      </section>`;
  }

  #newForm(): ProofForm {
    return new ProofForm(this, {
      methods: this.methods ?? ['totp', 'backup_code'],
      send: (proof) => this.#answer(proof),
      takes: (failure) => this.#takes(failure),
    });
  }

  #save(codes: SaveCodes): TemplateResult {
    const { save } = this.t;
    return html`<section class="card" part="card" aria-labelledby="title">
      <div class="head">
        <h2 id="title" part="heading" tabindex="-1">${save.title}</h2>
        <p class="muted">${save.text}</p>
      </div>
      ${codes.render()}
    </section>`;
  }

  #expired(): TemplateResult {
    const { challenge } = this.t;
    return html`<section class="card" part="card" aria-labelledby="title">
      <div class="head">
        <h2 id="title" part="heading" tabindex="-1">${challenge.expiredTitle}</h2>
        <p class="muted">${challenge.expiredText}</p>
      </div>
      <div class="actions">
        <button type="button" part="button button-primary" class="primary" @click=${this.#restart}>
          ${challenge.restart}
        </button>
      </div>
    </section>`;
  }

  async #answer(proof: Proof): Promise<void> {
    const api = new TwoFactorApi(this.baseUrl);
    const { challengeToken = '' } = this;
    const { method, backupCodes, ...session } = await api.verify(challengeToken, proof);
    if (this.challengeToken !== challengeToken) {
      // Somebody else signs in by now: this session is nobody's.
      return;
    }
    this.#life.stop();
    const detail = { method, tokens: tokensOf(session) };
    if (backupCodes === undefined) {
      this.#verified(detail);
    } else {
      this.#showCodes(backupCodes, detail);
    }
  }

  #showCodes(codes: readonly string[], detail: TwoFactorVerifiedDetail): void {
    const set = { codes, service: '', account: '', drawnAt: new Date().toISOString() };
    this.codes = new SaveCodes(this, set, () => this.#verified(detail));
    void this.focusOn('h2');
  }

  #verified(detail: TwoFactorVerifiedDetail): void {
    this.codes = undefined;
    this.emit('two-factor-verified', detail);
  }

  readonly #warnOfLoss = (event: BeforeUnloadEvent): void => {
    if (this.hasUnsavedCodes) {
      event.preventDefault();
    }
  };

  #takes({ code }: CallFailure): boolean {
    if (code !== 'TWO_FACTOR_CHALLENGE_INVALID') {
      return false;
    }
    this.#expire();
    return true;
  }

  #startExpiry(): void {
    this.#life.stop();
    if (this.challengeToken !== undefined && this.expiresIn !== undefined) {
      this.#life.start(this.expiresIn, () => this.#expire());
    }
  }

  #expire(): void {
    if (this.#form.isBusy && this.isExpired) {
      return;
    }
    this.isExpired = true;
    void this.focusOn('h2');
  }

  readonly #restart = (): void => this.emit('two-factor-restart');
}

/** A page that renders again passes an array of its own that says the same. */
function areOthers(after: readonly Method[] | undefined, before: readonly Method[] | undefined): boolean {
  return after?.join() !== before?.join();
}
