import { type TemplateResult, html, nothing } from 'lit';
import type { SignInTexts } from '../texts/texts.js';

interface Call {
  readonly text: string;
  readonly id?: string;
  readonly isBusy: boolean;
  /** Whether it can be pressed; not while it is busy either. */
  readonly isOpen?: boolean;
  readonly isDanger?: boolean;
  /** Without it, the button submits its form. */
  readonly press?: () => void;
}

/** A button that starts a call. It keeps the focus while the call is under way, which a disabled one loses. */
export function callButton(
  { common }: SignInTexts,
  { text, id, isBusy, isOpen = true, isDanger = false, press }: Call,
): TemplateResult {
  return html`<button
    id=${id ?? nothing}
    type=${press === undefined ? 'submit' : 'button'}
    part="button ${isDanger ? 'button-danger' : 'button-primary'}"
    class=${isDanger ? 'danger' : 'primary'}
    aria-disabled=${isBusy || !isOpen}
    @click=${() => {
      if (!isBusy) {
        press?.();
      }
    }}
  >
    ${isBusy ? html`<span class="spinner"></span>${common.working}` : text}
  </button>`;
}
