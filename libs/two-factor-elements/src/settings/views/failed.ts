import { type TemplateResult, html, nothing } from 'lit';
import type { CallFailure } from '../../api/call-failure.js';
import { failureNotice } from '../../parts/failure-notice.js';
import { clockText } from '../../parts/time.js';
import type { Texts } from '../../texts/texts.js';

interface Failed {
  readonly t: Texts;
  readonly failure: CallFailure;
  /** Until it is tried again by itself; `undefined` when it is not. */
  readonly secondsLeft: number | undefined;
  readonly retry: () => void;
}

export function failed({ t, failure, secondsLeft, retry }: Failed): TemplateResult {
  return html`<section class="card" part="card">
    <h2 part="heading" tabindex="-1">${t.settings.failedTitle}</h2>
    ${failureNotice(t, failure)}
    ${
      secondsLeft === undefined
        ? nothing
        : html`<p class="muted" part="text" role="timer">
            <span class="time">${t.common.retryIn(clockText(secondsLeft))}</span>
          </p>`
    }
    <div class="actions">
      <button type="button" part="button button-primary" class="primary" @click=${retry}>
        ${t.common.tryAgain}
      </button>
    </div>
  </section>`;
}
