import { type TemplateResult, html, nothing } from 'lit';
import { textsOf } from 'two-factor-elements';
import { PAGE_LANGUAGE } from '../page-texts.js';
import type { AccountView, FoundAccount } from './desk-api.js';
import { deskTexts as t, when } from './desk-texts.js';

/** What is to be seen of an account: no secret, and no name of an authenticator. */
export function accountFacts(
  { status: { enabled, enabledAt, methods, backupCodes } }: AccountView,
  account: Partial<FoundAccount> & Pick<FoundAccount, 'id'>,
): TemplateResult {
  const { methods: names } = textsOf(PAGE_LANGUAGE).activity;
  return html`<dl class="facts">
    <dt>${t.id}</dt>
    <dd>${account.id}</dd>
    ${
      account.role === undefined
        ? nothing
        : html`<dt>${t.role}</dt>
            <dd>${account.role}</dd>`
    }
    <dt>${t.factor}</dt>
    <dd>${enabled && enabledAt !== null ? t.on(when(enabledAt)) : t.off}</dd>
    ${
      enabled
        ? html`<dt>${t.methods}</dt>
            <dd>${methods.map((method) => names[method] ?? method).join(', ')}</dd>
            <dt>${t.codesLeft}</dt>
            <dd>${t.codes(backupCodes.remaining, backupCodes.total)}</dd>`
        : nothing
    }
  </dl>`;
}

export function record({ events }: AccountView): TemplateResult {
  const { types, methods } = textsOf(PAGE_LANGUAGE).activity;
  return html`<details>
    <summary>${t.record}</summary>
    <ul class="list">
      ${events.map(({ at, type, method, outcome, reason, ip, userAgent, actor, note }) => {
        const isFailure = outcome === 'failure';
        const text = (isFailure ? types[`${type}.failure`] : undefined) ?? types[type] ?? type;
        return html`<li>
          <div class="row">
            <span>${text}</span>
            <span class="muted small">${when(at)}</span>
          </div>
          <p class="muted small">
            ${[
              isFailure ? (reason ?? t.failed) : undefined,
              methods[method ?? ''] ?? method,
              ip,
              actor,
              note,
              userAgent,
            ]
              .filter((part) => part !== null && part !== undefined)
              .join(' · ')}
          </p>
        </li>`;
      })}
    </ul>
  </details>`;
}
