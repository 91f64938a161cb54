import { type PropertyDeclarations, type TemplateResult, html } from 'lit';
import type { GetAccessToken } from '../api/two-factor-api.js';
import { tellDeveloper } from '../api/host-mistake.js';
import type { Enabling } from '../flows/change.js';
import { panels } from '../parts/styles/panels.js';
import { TwoFactorElement } from '../parts/two-factor-element.js';
import { screen } from './screen.js';
import { SettingsFlow } from './settings-flow.js';
import { settingsStyles } from './settings.styles.js';
import { textsWith } from '../texts/all.js';

/** So long a page may take to sign somebody in before it is told that something is missing. */
const PATIENCE_MS = 3_000;

/** What `two-factor-enabled` says. The calling session has ended: the tokens are those of the one in its place. */
export type TwoFactorEnabledDetail = Enabling;

/**
 * The security settings of an account: turn the second factor on, see what there is, add, rename, replace and remove
 * authenticator apps and passkeys, get new codes, turn it off.
 *
 * @fires two-factor-enabled - with the new tokens, before anything else is called
 * @fires two-factor-codes-drawn - when ten new backup codes are on the screen
 * @fires two-factor-codes-saved - when somebody has said that they are safe
 * @fires two-factor-disabled
 * @fires two-factor-signed-out - when no token helps any more
 */
export class TwoFactorSettings extends TwoFactorElement {
  static override readonly styles = [panels, ...TwoFactorElement.styles, settingsStyles];
  static override readonly properties: PropertyDeclarations = {
    ...TwoFactorElement.properties,
    getAccessToken: { attribute: false },
    service: {},
    account: {},
  };

  /** Gives the access token of whoever is signed in. For somebody else, change `account`. */
  declare getAccessToken: GetAccessToken | undefined;
  /** The service's name in the file of codes. Default: as the authenticator shows it, else the host's name. */
  declare service: string | undefined;
  /** Whose settings these are; also the name in the file of codes. Once it is named, a change begins all anew. */
  declare account: string | undefined;

  protected override readonly textsWith = textsWith;
  #hasBegun = false;
  #isNamed = false;
  #patience: ReturnType<typeof setTimeout> | undefined;
  readonly #flow = new SettingsFlow(this);

  /** Whether codes are on the screen that nobody has said to be safe: ask before leaving. */
  get hasUnsavedCodes(): boolean {
    return this.#flow.state.step === 'saving';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('beforeunload', this.#warnOfLoss);
    addEventListener('online', this.#onlineAgain);
    this.#patience = setTimeout(() => this.#missGetter(), PATIENCE_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('beforeunload', this.#warnOfLoss);
    removeEventListener('online', this.#onlineAgain);
    clearTimeout(this.#patience);
  }

  /** Begins once there is a way to get a token: a page may set it long after the element was parsed. */
  override willUpdate(changes: Map<PropertyKey, unknown>): void {
    const isOther = (changes.has('account') && this.#isNamed) || changes.get('baseUrl') !== undefined;
    this.#isNamed ||= this.account !== undefined;
    if (!this.#hasBegun && this.getAccessToken !== undefined) {
      this.#hasBegun = true;
      void this.load();
    } else if (this.#hasBegun && isOther) {
      this.#flow.startOver();
    }
  }

  /** Asks the server how things are, and shows it. */
  load(): Promise<void> {
    return this.#flow.load();
  }

  override render(): TemplateResult {
    return html`${this.voice()} ${screen(this.#flow)}`;
  }

  #missGetter(): void {
    if (this.getAccessToken === undefined) {
      tellDeveloper(
        'two-factor-settings waits for its property getAccessToken. It is a function, and no attribute: `.getAccessToken` in Vue and Lit, a ref in React before 19.',
      );
    }
  }

  readonly #warnOfLoss = (event: BeforeUnloadEvent): void => {
    if (this.hasUnsavedCodes) {
      event.preventDefault();
    }
  };

  readonly #onlineAgain = (): void => {
    if (this.#flow.state.step === 'failed') {
      this.#flow.back();
    }
  };
}
