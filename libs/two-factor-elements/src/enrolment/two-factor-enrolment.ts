import { type PropertyDeclarations, type TemplateResult, html, nothing } from 'lit';
import { CallFailure } from '../api/call-failure.js';
import { type Method, TwoFactorApi } from '../api/two-factor-api.js';
import {
  type EnrolledSignIn,
  type Enrolment,
  type EnrolmentEvent,
  beginEnrolment,
  enrol,
} from '../flows/enrolment.js';
import { CopyButton } from '../parts/copy-button.js';
import { failureNotice } from '../parts/failure-notice.js';
import { SaveCodes } from '../parts/save-codes.js';
import { panels } from '../parts/styles/panels.js';
import { TwoFactorElement } from '../parts/two-factor-element.js';
import { createPasskey, hasPasskeys } from '../passkeys/browser-passkeys.js';
import { Locks } from '../proof/locks.js';
import { ProofForm, type ProofFormOptions } from '../proof/proof-form.js';
import { settingsStyles } from '../settings/settings.styles.js';
import { confirm } from '../settings/views/confirm.js';
import { proof } from '../settings/views/proof.js';
import { save } from '../settings/views/save.js';
import { scan } from '../settings/views/scan.js';
import { voidSetup } from '../settings/views/void-setup.js';
import { over } from './views/over.js';
import { start } from './views/start.js';
import { textsWith } from '../texts/all.js';

/** What `two-factor-enrolled` says: the factor is on, and this is the session. */
export type TwoFactorEnrolledDetail = EnrolledSignIn;

/**
 * The step of a sign-in that a policy holds back until there is a second factor: it is set up here, and the sign-in goes on. So it
 * is after a reset by support, in the place of the factors that are lost.
 *
 * @fires two-factor-enrolled - with the tokens of the session, once the codes that came with it are safe
 * @fires two-factor-restart - when somebody goes back to the password
 */
export class TwoFactorEnrolment extends TwoFactorElement {
  static override readonly styles = [panels, ...TwoFactorElement.styles, settingsStyles];
  static override readonly properties: PropertyDeclarations = {
    ...TwoFactorElement.properties,
    // No attribute: a token does not belong in the document.
    enrolmentToken: { attribute: false },
    methods: { attribute: false },
    account: {},
    isRecovery: { attribute: false },
    state: { state: true },
  };

  /** What the sign-in answered with. */
  declare enrolmentToken: string | undefined;
  /** Any of these is enough, as the sign-in said. */
  declare methods: readonly Method[] | undefined;
  /** Who signs in, as the person knows the account. */
  declare account: string | undefined;
  /** Whether support has reset what is lost: what is confirmed takes its place. Default: a policy asks for it. */
  declare isRecovery: boolean | undefined;
  declare private state: Enrolment;

  protected override readonly textsWith = textsWith;
  readonly #locks = new Locks(this);
  readonly #copy = new CopyButton(this, () => ('setup' in this.state ? this.state.setup.secret : ''));
  /** Of the step that asks for something. */
  #form: ProofForm | undefined;
  /** Of the step in which codes are put away. */
  #codes: SaveCodes | undefined;

  constructor() {
    super();
    this.state = beginEnrolment;
  }

  /** Whether codes are on the screen that nobody has said to be safe. */
  get hasUnsavedCodes(): boolean {
    return this.state.step === 'saving';
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
      this.#locks.forget();
      this.#go(beginEnrolment);
    }
  }

  override render(): TemplateResult {
    return html`${this.voice()} ${this.#view()}`;
  }

  #view(): TemplateResult {
    const { t, state } = this;
    const [back, restart] = [() => this.#take({ type: 'back' }), this.#restart];
    switch (state.step) {
      case 'choosing':
        return this.#start(state);
      case 'scanning': {
        const next = (): void => this.#take({ type: 'next' });
        const change = this.isRecovery === true ? 'replaced' : 'first';
        const of = { setup: state.setup, change, isStale: false } as const;
        return scan({ t, ...of, copy: this.#copy, next, cancel: back });
      }
      case 'confirming':
        return this.#form === undefined ? html`` : confirm({ t, form: this.#form, back, hasSteps: true });
      case 'creating-passkey':
        return this.#form === undefined ? html`` : this.#passkey(this.#form, back);
      case 'void': {
        const startAgain = (): void => void this.#setUp();
        return voidSetup({ t, because: 'expired', isBusy: state.isBusy, startAgain, cancel: back });
      }
      case 'saving': {
        const done = this.isRecovery === true ? 'replaced' : 'enabled';
        const of = state.enrolled === undefined ? 'doubtful' : done;
        return this.#codes === undefined ? html`` : save({ t, of, form: this.#codes });
      }
      case 'ended':
        return over(t, restart);
      case 'enrolled':
      default:
        // The page has the session, and takes the element away.
        return this.skeleton();
    }
  }

  #start({ isBusy, failure }: Enrolment & { readonly step: 'choosing' }): TemplateResult {
    return start({
      t: this.t,
      account: this.account,
      isRecovery: this.isRecovery ?? false,
      methods: this.methods ?? ['totp'],
      hasPasskeys: hasPasskeys(),
      isBusy,
      failure: failure === undefined ? nothing : failureNotice(this.t, failure),
      useApp: () => void this.#setUp(),
      usePasskey: () => this.#take({ type: 'passkey-chosen' }),
      restart: this.#restart,
    });
  }

  #passkey(form: ProofForm, cancel: () => void): TemplateResult {
    const { authenticators: texts } = this.t;
    const words = { title: texts.addPasskeyTitle, text: texts.addPasskeyText, submit: texts.createPasskey };
    return proof({ t: this.t, ...words, form, isDanger: false, withoutFactor: undefined, cancel });
  }

  get #api(): TwoFactorApi {
    return new TwoFactorApi(this.baseUrl);
  }

  /** What the flow makes of it. What is answered to somebody who has gone since is nobody's. */
  #take(event: EnrolmentEvent, token = this.enrolmentToken): void {
    if (token === this.enrolmentToken) {
      this.#go(enrol(this.state, event));
    }
  }

  /** Another step has a form of its own, and the focus; the page is told when it is the last. */
  #go(state: Enrolment): void {
    const before = this.state;
    this.state = state;
    if (state.step === before.step) {
      return;
    }
    this.#form?.drop();
    this.#form =
      state.step === 'confirming'
        ? this.#confirmForm()
        : state.step === 'creating-passkey'
          ? this.#passkeyForm()
          : undefined;
    if (state.step === 'saving') {
      this.#codes = new SaveCodes(this, state.codes, () => this.#take({ type: 'codes-saved' }));
    }
    if (this.#form === undefined) {
      void this.focusOn('h2');
    } else {
      this.#form.focus();
    }
    if (state.step === 'enrolled') {
      this.emit('two-factor-enrolled', state.enrolled);
    } else if (state.step === 'ended' && state.because === 'doubt') {
      this.#restart();
    }
  }

  async #setUp(): Promise<void> {
    const { enrolmentToken: token = '', state } = this;
    if ('isBusy' in state && state.isBusy) {
      return;
    }
    this.#take({ type: 'app-chosen' });
    try {
      const setup = await this.#api.enrolmentSetup(token);
      this.#take({ type: 'set-up', setup }, token);
    } catch (error) {
      this.#take({ type: 'refused', failure: CallFailure.from(error), at: new Date() }, token);
    }
  }

  #confirmForm(): ProofForm {
    return this.#newForm({
      methods: ['totp'],
      refusedHint: (t) => t.confirm.refusedHint,
      send: async ({ code = '' }) => {
        const { enrolmentToken: token = '' } = this;
        const answer = await this.#api.enrolmentEnable(token, code);
        this.#take({ type: 'confirmed', answer }, token);
      },
    });
  }

  /** A button of its own starts it: browsers open their dialog for a press only. */
  #passkeyForm(): ProofForm {
    return this.#newForm({
      methods: ['passkey'],
      send: async (_, signal) => {
        const { enrolmentToken: token = '' } = this;
        const options = await this.#api.enrolmentCreationOptions(token);
        const response = await createPasskey(options, signal);
        const answer = await this.#api.enrolmentPasskey(token, response);
        const of = { service: options.rp.name, account: options.user.name };
        this.#take({ type: 'passkey-registered', answer, of }, token);
      },
    });
  }

  #newForm(options: Omit<ProofFormOptions, 'locks' | 'passkey' | 'takes'>): ProofForm {
    return new ProofForm(this, {
      ...options,
      locks: this.#locks,
      passkey: () => Promise.resolve({}),
      takes: (failure) => {
        const { step } = this.state;
        this.#take({ type: 'refused', failure, at: new Date() });
        return this.state.step !== step;
      },
    });
  }

  readonly #warnOfLoss = (event: BeforeUnloadEvent): void => {
    if (this.hasUnsavedCodes) {
      event.preventDefault();
    }
  };

  readonly #restart = (): void => this.emit('two-factor-restart');
}
