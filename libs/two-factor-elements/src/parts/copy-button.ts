import { type TemplateResult, html, nothing } from 'lit';
import type { SignInTexts } from '../texts/texts.js';
import type { TwoFactorElement } from './two-factor-element.js';

const SHOWN_MS = 2_000;

/** A button that copies a text, and says for a moment whether it did. */
export class CopyButton {
  #outcome: 'copied' | 'failed' | undefined;
  #presses = 0;

  constructor(
    private readonly host: TwoFactorElement<SignInTexts>,
    private readonly text: () => string,
  ) {}

  render({ label, isQuiet = false }: { readonly label: string; readonly isQuiet?: boolean }): TemplateResult {
    const isCopied = this.#outcome === 'copied';
    return html`<button type="button" class=${isQuiet ? 'quiet' : ''} part="button" @click=${this.#press}>
      ${isCopied ? this.host.t.save.copied : label}
    </button>`;
  }

  /** Without HTTPS, and where it was forbidden, browsers give no clipboard. It stands where there is room for it. */
  failure(): TemplateResult | typeof nothing {
    return this.#outcome === 'failed'
      ? html`<p class="error" role="alert">${this.host.t.save.copyFailed}</p>`
      : nothing;
  }

  readonly #press = async (): Promise<void> => {
    const press = (this.#presses += 1);
    this.#outcome = (await copied(this.text())) ? 'copied' : 'failed';
    this.host.requestUpdate();
    if (this.#outcome === 'failed') {
      return;
    }
    this.host.announce(this.host.t.save.copied);
    setTimeout(() => {
      if (press === this.#presses) {
        this.#outcome = undefined;
        this.host.requestUpdate();
      }
    }, SHOWN_MS);
  };
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
