import { type TemplateResult, html } from 'lit';

interface Tick {
  readonly id: string;
  readonly label: string;
  /** What it costs. */
  readonly hint: string;
  readonly isTicked: boolean;
  readonly isBusy?: boolean;
  readonly ticked: (isTicked: boolean) => void;
}

/** A box to tick, with a sentence that says what that costs. */
export function tick({ id, label, hint, isTicked, isBusy = false, ticked }: Tick): TemplateResult {
  const change = ({ currentTarget: box }: Event): void =>
    ticked(box instanceof HTMLInputElement && box.checked);
  return html`<div class="tick" part=${id}>
    <input
      id=${id}
      type="checkbox"
      part="checkbox"
      aria-describedby="${id}-hint"
      .checked=${isTicked}
      ?disabled=${isBusy}
      @change=${change}
    />
    <label for=${id} part="label">${label}</label>
    <p id="${id}-hint" class="hint" part="hint">${hint}</p>
  </div>`;
}
