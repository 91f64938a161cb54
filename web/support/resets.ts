import { type TemplateResult, html, nothing } from 'lit';
import type { Reset } from './desk-api.js';
import { deskTexts as t, when } from './desk-texts.js';

const OPEN: ReadonlySet<string> = new Set(['requested', 'waiting', 'ready']);

export const isOpen = ({ state }: Reset): boolean => OPEN.has(state);

interface ResetActions {
  /** Begins what needs a reason first. */
  readonly begin: (action: 'approve' | 'cancel', reset: Reset) => void;
  readonly show?: (userId: string) => void;
}

/** Resets, each with where it stands and what can be done with it. */
export function resetList(resets: readonly Reset[], actions: ResetActions): TemplateResult {
  return resets.length === 0
    ? html`<p class="muted">${t.noResets}</p>`
    : html`<ul class="list">
        ${resets.map((reset) => html`<li>${resetRow(reset, actions)}</li>`)}
      </ul>`;
}

function resetRow(reset: Reset, { begin, show }: ResetActions): TemplateResult {
  return html`<div class="row">
      <span>${when(reset.requestedAt)}</span>
      <span class="badge ${isOpen(reset) ? 'open' : ''}">${t.states[reset.state]}</span>
    </div>
    <p>${reset.reason}</p>
    <dl class="facts small">
      ${
        show === undefined
          ? nothing
          : html`<dt>${t.account}</dt>
              <dd>
                <a href="#" @click=${(event: Event) => (event.preventDefault(), show(reset.userId))}
                  >${reset.userId}</a
                >
              </dd>`
      }
      <dt>${t.askedBy}</dt>
      <dd>${reset.requestedBy}</dd>
      ${
        reset.approvedBy === null
          ? nothing
          : html`<dt>${t.approvedBy}</dt>
              <dd>${reset.approvedBy}</dd>`
      }
      <dt>${t.counts}</dt>
      <dd>${t.fromUntil(when(reset.readyAt), when(reset.expiresAt))}</dd>
    </dl>
    ${
      isOpen(reset)
        ? html`<div class="actions">
            ${
              reset.state === 'requested'
                ? html`<button type="button" class="quiet" @click=${() => begin('approve', reset)}>
                    ${t.approve}
                  </button>`
                : nothing
            }
            <button type="button" class="quiet" @click=${() => begin('cancel', reset)}>${t.cancel}</button>
          </div>`
        : nothing
    }`;
}
