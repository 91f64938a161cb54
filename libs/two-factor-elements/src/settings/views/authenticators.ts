import { type TemplateResult, html, nothing } from 'lit';
import type { Authenticator } from '../../api/two-factor-api.js';
import { rowIcon } from '../../parts/row-icon.js';
import { dateText } from '../../parts/time.js';
import type { Overview } from './overview.js';

/** What proves that it is you: a row for each, and one for what may come of them. */
export function authenticatorRows(view: Overview): TemplateResult {
  const { t, status, passkeys, addApp, addPasskey, replace } = view;
  const { authenticators: texts, settings } = t;
  const hasApp = status.authenticators.some(({ type }) => type === 'totp');
  // Else the notice above has it.
  const isReplaceHere = hasApp && (status.recoveryUntil ?? null) === null;
  return html`${status.authenticators.map((one) => row(view, one))}
    <div class="row" part="row">
      <div class="actions">
        <button type="button" class="quiet" part="button" @click=${addApp}>${texts.addApp}</button>
        ${
          passkeys === 'here'
            ? html`<button type="button" class="quiet" part="button" @click=${addPasskey}>
                ${texts.addPasskey}
              </button>`
            : nothing
        }
        ${
          isReplaceHere
            ? html`<button type="button" class="quiet" part="button" @click=${replace}>
                ${settings.replace}
              </button>`
            : nothing
        }
      </div>
      ${passkeys === 'elsewhere' ? html`<p class="muted small" part="text">${texts.noPasskeysHere}</p>` : nothing}
    </div>`;
}

function row({ t, language, change }: Overview, authenticator: Authenticator): TemplateResult {
  const { authenticators: texts } = t;
  const { name, type, lastUsedAt } = authenticator;
  const used = lastUsedAt === null ? texts.neverUsed : texts.lastUsed(dateText(lastUsedAt, language));
  return html`<div class="row" part="row">
    ${rowIcon(type)}
    <div>
      <h3 class="name" part="row-title">${name}</h3>
      <p class="muted small" part="text">${texts.types[type]} · ${used}</p>
    </div>
    <button
      type="button"
      class="quiet"
      part="button"
      aria-label=${texts.changeNamed(name)}
      @click=${() => change(authenticator)}
    >
      ${texts.change}
    </button>
  </div>`;
}
