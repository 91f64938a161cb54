import { type TemplateResult, html, nothing } from 'lit';
import { parsePartOfBackupCode } from 'nestjs-two-factor/codes';
import { PROOF_LENGTH, isEndOfOne } from './codes.js';
import { CopyButton } from './copy-button.js';
import { tick } from './tick.js';
import type { SignInTexts } from '../texts/texts.js';
import type { TwoFactorElement } from './two-factor-element.js';
import { type CodeSet, codeSetFileName, codeSetText, download, print } from './code-set.js';

/**
 * The step in which ten codes are put away. "Done" opens once the end of one of them was typed back; or for who says that
 * they are on paper, beside what it costs if they are not.
 */
export class SaveCodes {
  #typed = '';
  #isSaidSafe = false;
  readonly #copy: CopyButton;

  constructor(
    private readonly host: TwoFactorElement<SignInTexts>,
    private readonly set: CodeSet,
    private readonly done: () => void,
  ) {
    this.#copy = new CopyButton(host, () => this.#text);
  }

  render(): TemplateResult {
    const { save } = this.host.t;
    return html`
      <ol class="codes" part="codes" aria-label=${save.listLabel}>
        ${this.set.codes.map((code) => html`<li part="code"><code>${code}</code></li>`)}
      </ol>
      <div class="actions even">
        ${this.#copy.render({ label: save.copy })}
        <button type="button" part="button" @click=${this.#download}>${save.download}</button>
        <button type="button" part="button" @click=${() => print(this.#text)}>${save.print}</button>
      </div>
      ${this.#copy.failure()}
      <form part="form" novalidate @submit=${this.#submit}>${this.#proof()}</form>
    `;
  }

  #proof(): TemplateResult {
    const { save } = this.host.t;
    const isWrong = this.#typedLength >= PROOF_LENGTH && !this.#isProved;
    return html`
      <div class="field">
        <label for="tail" part="label">${save.proveLabel}</label>
        <input
          id="tail"
          part="input"
          class="backup-code tail"
          type="text"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          aria-describedby="tail-hint tail-result"
          aria-invalid=${isWrong}
          @input=${this.#typeBack}
        />
        <p id="tail-hint" class="hint" part="hint">${save.proveHint}</p>
        <div id="tail-result" role="status">
          ${this.#isProved ? html`<p class="ok">${save.proveMatches}</p>` : nothing}
          ${isWrong ? html`<p class="error">${save.proveWrong}</p>` : nothing}
        </div>
      </div>
      ${tick({
        id: 'said-safe',
        label: save.saidSafe,
        hint: save.saidSafeHint,
        isTicked: this.#isSaidSafe,
        ticked: this.#say,
      })}
      <div class="actions">
        <button type="submit" part="button button-primary" class="primary" ?disabled=${!this.#isDone}>
          ${save.done}
        </button>
      </div>
    `;
  }

  get #typedLength(): number {
    return (parsePartOfBackupCode(this.#typed) ?? this.#typed).length;
  }

  get #isProved(): boolean {
    return isEndOfOne(this.set.codes, this.#typed);
  }

  get #isDone(): boolean {
    return this.#isProved || this.#isSaidSafe;
  }

  get #text(): string {
    return codeSetText(this.set, this.host.t, this.host.dateLocale);
  }

  readonly #typeBack = ({ currentTarget: input }: InputEvent): void => {
    this.#typed = input instanceof HTMLInputElement ? input.value : '';
    this.host.requestUpdate();
  };

  readonly #say = (isSaidSafe: boolean): void => {
    this.#isSaidSafe = isSaidSafe;
    this.host.requestUpdate();
  };

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.#isDone) {
      this.done();
    }
  };

  readonly #download = (): void => download(this.#text, codeSetFileName(this.set, this.host.t));
}
