import { type PropertyDeclarations, type TemplateResult, html } from 'lit';
import type { GetAccessToken } from '../api/two-factor-api.js';
import { TwoFactorElement } from '../parts/two-factor-element.js';
import { SettingsFlow } from './settings-flow.js';
import { settingsStyles } from './settings.styles.js';

/**
 * The security settings of an account: turn the second factor on, see what is left, get new codes, replace the
 * phone, turn it off.
 *
 * @fires two-factor-enabled - with the new tokens, before anything else is called
 * @fires two-factor-codes-drawn - when ten new backup codes are on the screen
 * @fires two-factor-codes-saved - when somebody has said that they are safe
 * @fires two-factor-disabled
 * @fires two-factor-signed-out - when no token helps any more
 */
export class TwoFactorSettings extends TwoFactorElement {
  static override readonly styles = [...TwoFactorElement.styles, settingsStyles];
  static override readonly properties: PropertyDeclarations = {
    ...TwoFactorElement.properties,
    getAccessToken: { attribute: false },
    service: {},
    account: {},
  };

  /** Gives the access token of whoever is signed in. For somebody else, call `load()` or make another element. */
  declare getAccessToken: GetAccessToken | undefined;
  /** The service's name in the file of codes. Default: as the authenticator shows it, else the host's name. */
  declare service: string | undefined;
  /** The account's name in the file of codes. */
  declare account: string | undefined;

  #hasBegun = false;
  readonly #flow = new SettingsFlow(this);

  /** Whether codes are on the screen that nobody has said to be safe: ask before leaving. */
  get hasUnsavedCodes(): boolean {
    return this.#flow.view.kind === 'save';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('beforeunload', this.#warnOfLoss);
    addEventListener('online', this.#onlineAgain);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('beforeunload', this.#warnOfLoss);
    removeEventListener('online', this.#onlineAgain);
  }

  /** Begins once there is a way to get a token: a page may set it long after the element was parsed. */
  override willUpdate(): void {
    if (!this.#hasBegun && this.getAccessToken !== undefined) {
      this.#hasBegun = true;
      void this.load();
    }
  }

  /** Asks the server how things are, and shows it. */
  load(): Promise<void> {
    return this.#flow.load();
  }

  override render(): TemplateResult {
    return html`${this.voice()} ${this.#flow.view.render()}`;
  }

  readonly #warnOfLoss = (event: BeforeUnloadEvent): void => {
    if (this.hasUnsavedCodes) {
      event.preventDefault();
    }
  };

  readonly #onlineAgain = (): void => {
    if (this.#flow.view.kind === 'failed') {
      this.#flow.reload();
    }
  };
}
