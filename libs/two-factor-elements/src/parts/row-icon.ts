import { type TemplateResult, html } from 'lit';

/** What a row is about. */
type RowIcon = 'totp' | 'passkey' | 'codes' | 'device';

/** A place for the page's own icon, by `::part(icon-passkey)`. We have none, and nothing is seen of it. */
export function rowIcon(of: RowIcon): TemplateResult {
  return html`<span class="icon" part="icon icon-${of}" aria-hidden="true"></span>`;
}
