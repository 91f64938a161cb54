import { type PropertyDeclarations, type TemplateResult, html, nothing } from 'lit';
import { CallFailure } from '../api/call-failure.js';
import { type Method, type Setup, type Tokens, TwoFactorApi, tokensOf } from '../api/two-factor-api.js';
import { type CodeSet, labelOf } from '../parts/code-set.js';
import { CopyButton } from '../parts/copy-button.js';
import { failureNotice } from '../parts/failure-notice.js';
import { SaveCodes } from '../parts/save-codes.js';
import { TwoFactorElement } from '../parts/two-factor-element.js';
import { createPasskey, hasPasskeys } from '../passkeys/browser-passkeys.js';
import { Locks } from '../proof/locks.js';
import { ProofForm } from '../proof/proof-form.js';
import { settingsStyles } from '../settings/settings.styles.js';
import { confirm } from '../settings/views/confirm.js';
import { proof } from '../settings/views/proof.js';
import { save } from '../settings/views/save.js';
import { scan } from '../settings/views/scan.js';
import { voidSetup } from '../settings/views/void-setup.js';
import { over } from './views/over.js';
import { start } from './views/start.js';

/** What `two-factor-enrolled` says: the factor is on, and this is the session. */
export interface TwoFactorEnrolledDetail {
  readonly method: 'passkey' | 'totp';
  readonly tokens: Tokens;
}

type View = () => TemplateResult;

/**
 * The step of a sign-in that a policy holds back until there is a second factor: it is set up here, and the sign-in goes on. So it
 * is after a reset by support, in the place of the factors that are lost.
 *
 * @fires two-factor-enrolled - with the tokens of the session, once the codes that came with it are safe
 * @fires two-factor-restart - when somebody goes back to the password
 */
export class TwoFactorEnrolment extends TwoFactorElement {
  static override readonly styles = [...TwoFactorElement.styles, settingsStyles];
  static override readonly properties: PropertyDeclarations = {
    ...TwoFactorElement.properties,
    // No attribute: a token does not belong in the document.
    enrolmentToken: { attribute: false },
    methods: { attribute: false },
    account: {},
    isRecovery: { attribute: false },
    view: { state: true },
    codes: { state: true },
  };

  /** What the sign-in answered with. */
  declare enrolmentToken: string | undefined;
  /** Any of these is enough, as the sign-in said. */
  declare methods: readonly Method[] | undefined;
  /** Who signs in, as the person knows the account. */
  declare account: string | undefined;
  /** Whether support has reset what is lost: what is confirmed takes its place. Default: a policy asks for it. */
  declare isRecovery: boolean | undefined;
  declare private view: View;
  declare private codes: SaveCodes | undefined;

  readonly #locks = new Locks(this);
  #form: ProofForm | undefined;
  #isBusy = false;
  #failure: CallFailure | undefined;

  constructor() {
    super();
    this.view = this.#start;
  }

  /** Whether codes are on the screen that nobody has said to be safe. */
  get hasUnsavedCodes(): boolean {
    return this.codes !== undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('beforeunload', this.#warnOfLoss);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('beforeunload', this.#warnOfLoss);
  }

  override willUpdate(changes: Map<PropertyKey, unknown>): void {
    if (changes.get('enrolmentToken') !== undefined) {
      // Somebody else signs in: nothing of the one before stays.
      this.codes = undefined;
      this.#failure = undefined;
      this.#isBusy = false;
      this.#locks.forget();
      this.#show(this.#start);
    }
  }

  override render(): TemplateResult {
    return html`${this.voice()} ${this.view()}`;
  }

  readonly #start = (): TemplateResult =>
    start({
      t: this.t,
      account: this.account,
      isRecovery: this.isRecovery ?? false,
      methods: this.methods ?? ['totp'],
      hasPasskeys: hasPasskeys(),
      isBusy: this.#isBusy,
      failure: this.#failure === undefined ? nothing : failureNotice(this.t, this.#failure),
      useApp: () => void this.#setUp(),
      usePasskey: () => this.#askForPasskey(),
      restart: this.#restart,
    });

  get #api(): TwoFactorApi {
    return new TwoFactorApi(this.baseUrl);
  }

  #show(view: View, form?: ProofForm): void {
    this.#form?.drop();
    this.#form = form;
    this.view = view;
    this.requestUpdate();
    if (form === undefined) {
      void this.focusOn('h2');
    } else {
      form.focus();
    }
  }

  readonly #toStart = (): void => this.#show(this.#start);

  async #setUp(): Promise<void> {
    const { enrolmentToken: token = '' } = this;
    this.#isBusy = true;
    this.#failure = undefined;
    this.requestUpdate();
    try {
      const setup = await this.#api.enrolmentSetup(token);
      if (token === this.enrolmentToken) {
        this.#scan(setup);
      }
    } catch (error) {
      const failure = CallFailure.from(error);
      if (token === this.enrolmentToken && !this.#takes(failure)) {
        this.#failure = failure;
        this.#toStart();
      }
    } finally {
      this.#isBusy = false;
      this.requestUpdate();
    }
  }

  #scan(setup: Setup): void {
    const copy = new CopyButton(this, () => setup.secret);
    const next = (): void => this.#confirm(setup);
    const cancel = this.#toStart;
    this.#show(() =>
      scan({
        t: this.t,
        setup,
        change: this.isRecovery === true ? 'replaced' : 'first',
        isStale: false,
        copy,
        next,
        cancel,
      }),
    );
  }

  #confirm(setup: Setup): void {
    let isDoubtful = false;
    const form = new ProofForm(this, {
      locks: this.#locks,
      methods: ['totp'],
      passkey: () => Promise.resolve({}),
      refusedHint: (t) => t.confirm.refusedHint,
      send: async ({ code = '' }) => {
        const { enrolmentToken: token = '' } = this;
        const { enabledAt, ...session } = await this.#api.enrolmentEnable(token, code);
        const set = { codes: setup.backupCodes, drawnAt: enabledAt, ...labelOf(setup.otpauthUri) };
        this.#enrolled(token, set, { method: 'totp', tokens: tokensOf(session) });
      },
      takes: (failure) => {
        if (failure.code === 'TWO_FACTOR_CHALLENGE_INVALID' && isDoubtful && setup.backupCodes.length > 0) {
          // It may have been done by the call whose answer was lost: the codes are here and nowhere else.
          const drawnAt = new Date().toISOString();
          this.#save(
            { codes: setup.backupCodes, drawnAt, ...labelOf(setup.otpauthUri) },
            this.#restart,
            true,
          );
          return true;
        }
        isDoubtful ||= failure.isAnswerLost;
        return this.#takes(failure);
      },
    });
    const back = (): void => this.#scan(setup);
    this.#show(() => confirm({ t: this.t, form, back, hasSteps: true }), form);
  }

  /** A button of its own starts it: browsers open their dialog for a press only. */
  #askForPasskey(): void {
    const form = new ProofForm(this, {
      locks: this.#locks,
      methods: ['passkey'],
      passkey: () => Promise.resolve({}),
      send: async (_, signal) => {
        const { enrolmentToken: token = '' } = this;
        const options = await this.#api.enrolmentCreationOptions(token);
        const response = await createPasskey(options, signal);
        const { backupCodes = [], enabledAt, ...session } = await this.#api.enrolmentPasskey(token, response);
        const drawnAt = enabledAt ?? new Date().toISOString();
        const set = { codes: backupCodes, drawnAt, service: options.rp.name, account: options.user.name };
        this.#enrolled(token, set, { method: 'passkey', tokens: tokensOf(session) });
      },
      takes: (failure) => this.#takes(failure),
    });
    const cancel = this.#toStart;
    const { authenticators: texts } = this.t;
    const words = { title: texts.addPasskeyTitle, text: texts.addPasskeyText, submit: texts.createPasskey };
    this.#show(
      () => proof({ t: this.t, ...words, form, isDanger: false, withoutFactor: undefined, cancel }),
      form,
    );
  }

  #enrolled(token: string, set: CodeSet, detail: TwoFactorEnrolledDetail): void {
    if (token !== this.enrolmentToken) {
      // Somebody else signs in by now: this session is nobody's.
      return;
    }
    const done = (): void => {
      this.codes = undefined;
      this.emit('two-factor-enrolled', detail);
    };
    if (set.codes.length === 0) {
      done();
    } else {
      this.#save(set, done);
    }
  }

  #save(set: CodeSet, done: () => void, isDoubtful = false): void {
    const form = new SaveCodes(this, set, done);
    this.codes = form;
    const of = isDoubtful ? 'doubtful' : this.isRecovery === true ? 'replaced' : 'enabled';
    this.#show(() => save({ t: this.t, of, form }));
  }

  #takes({ code }: CallFailure): boolean {
    if (code === 'TWO_FACTOR_SETUP_NOT_PENDING') {
      const startAgain = (): void => void this.#setUp();
      const cancel = this.#toStart;
      this.#show(() =>
        voidSetup({ t: this.t, because: 'expired', isBusy: this.#isBusy, startAgain, cancel }),
      );
      return true;
    }
    if (code === 'TWO_FACTOR_CHALLENGE_INVALID') {
      this.#show(() => over(this.t, this.#restart));
      return true;
    }
    return false;
  }

  readonly #warnOfLoss = (event: BeforeUnloadEvent): void => {
    if (this.hasUnsavedCodes) {
      event.preventDefault();
    }
  };

  readonly #restart = (): void => {
    this.codes = undefined;
    this.emit('two-factor-restart');
  };
}
