import { type TemplateResult, html, nothing } from 'lit';
import type { CallFailure } from '../../api/call-failure.js';
import type { TrustedDevice } from '../../api/two-factor-api.js';
import { deviceOf } from '../../parts/device.js';
import { failureNotice } from '../../parts/failure-notice.js';
import { rowIcon } from '../../parts/row-icon.js';
import { dateText } from '../../parts/time.js';
import type { Texts } from '../../texts/texts.js';

export const TITLE_ID = 'trusted-devices-title';

interface DeviceList {
  readonly t: Texts;
  readonly language: string;
  readonly devices: readonly TrustedDevice[];
  readonly isBusy: boolean;
  readonly notice: { readonly text: string } | { readonly failure: CallFailure } | undefined;
  readonly remove: (device: TrustedDevice) => void;
  readonly removeAll: () => void;
}

/** On which devices a password is enough. The card stays after the last one has gone, to say so. */
export function deviceList(view: DeviceList): TemplateResult {
  const { t, devices, notice } = view;
  const { trustedDevices: texts } = t;
  if (devices.length === 0 && notice === undefined) {
    return html``;
  }
  return html`<section class="card" part="card trusted-devices" aria-labelledby=${TITLE_ID}>
    <div class="head">
      <h3 id=${TITLE_ID} part="heading heading-below" tabindex="-1">${texts.title}</h3>
      ${devices.length === 0 ? nothing : html`<p class="muted" part="text">${texts.text}</p>`}
    </div>
    ${noticeOf(t, notice)}
    ${
      devices.length === 0
        ? nothing
        : html`<div class="rows">${devices.map((device) => row(view, device))}</div>`
    }
    ${devices.length > 1 ? removeAllButton(view) : nothing}
  </section>`;
}

function noticeOf(t: Texts, notice: DeviceList['notice']): TemplateResult | typeof nothing {
  if (notice === undefined) {
    return nothing;
  }
  return 'failure' in notice
    ? failureNotice(t, notice.failure)
    : html`<div class="notice success" part="notice notice-success"><p>${notice.text}</p></div>`;
}

function row({ t, language, isBusy, remove }: DeviceList, device: TrustedDevice): TemplateResult {
  const { trustedDevices: texts } = t;
  const { userAgent, ip, lastUsedAt, expiresAt, current } = device;
  const name = deviceOf(userAgent, t);
  return html`<div class="row" part="row">
    ${rowIcon('device')}
    <div>
      <p class="device" part="row-title">
        ${name}
        ${current ? html`<span class="badge on" part="badge badge-on">${texts.thisDevice}</span>` : nothing}
      </p>
      <p class="muted small" part="text">
        ${texts.lastUsed(dateText(lastUsedAt, language))}${ip === null ? nothing : html` · <bdi>${ip}</bdi>`}
      </p>
      <p class="muted small" part="text">${texts.until(dateText(expiresAt, language))}</p>
    </div>
    <button
      type="button"
      class="quiet"
      part="button"
      aria-label=${texts.removeNamed(name)}
      aria-disabled=${isBusy}
      @click=${() => remove(device)}
    >
      ${texts.remove}
    </button>
  </div>`;
}

function removeAllButton({ t, isBusy, removeAll }: DeviceList): TemplateResult {
  return html`<button
    type="button"
    class="text"
    part="button button-text"
    aria-disabled=${isBusy}
    @click=${removeAll}
  >
    ${t.trustedDevices.removeAll}
  </button>`;
}
