import { css } from 'lit';

/**
 * The look of both elements. Every colour is a custom property with a default for light and dark:
 * `light-dark()` follows the page's `color-scheme`, and with it the visitor's preference.
 */
export const styles = css`
  :host {
    --_accent: var(--two-factor-accent, light-dark(#2a55c9, #9db9ff));
    --_accent-strong: var(--two-factor-accent-strong, light-dark(#1f429f, #bccfff));
    --_on-accent: var(--two-factor-on-accent, light-dark(#fff, #0d1a3a));
    --_surface: var(--two-factor-surface, light-dark(#fff, #171b24));
    --_inset: var(--two-factor-inset, light-dark(#f4f6fa, #10131a));
    --_text: var(--two-factor-text, light-dark(#171c28, #e9ecf3));
    --_muted: var(--two-factor-muted, light-dark(#566074, #a4adbf));
    --_border: var(--two-factor-border, light-dark(#dde2eb, #2c3342));
    --_field-border: var(--two-factor-field-border, light-dark(#828ca0, #6b7690));
    --_danger: var(--two-factor-danger, light-dark(#b3261e, #ff9f97));
    --_danger-soft: var(--two-factor-danger-soft, light-dark(#fdeeed, #3a1a1a));
    --_warning: var(--two-factor-warning, light-dark(#7a4a00, #f6c573));
    --_warning-soft: var(--two-factor-warning-soft, light-dark(#fff5e2, #33260f));
    --_success: var(--two-factor-success, light-dark(#186a3b, #8bdcab));
    --_success-soft: var(--two-factor-success-soft, light-dark(#e9f6ee, #14301f));
    --_radius: var(--two-factor-radius, 14px);
    --_font: var(
      --two-factor-font,
      system-ui,
      -apple-system,
      'Segoe UI',
      Roboto,
      'Helvetica Neue',
      'Noto Sans',
      sans-serif
    );
    --_mono: var(
      --two-factor-font-mono,
      ui-monospace,
      SFMono-Regular,
      'SF Mono',
      Menlo,
      Consolas,
      'Liberation Mono',
      'DejaVu Sans Mono',
      monospace
    );
    display: block;
    color: var(--_text);
    font: 400 1rem/1.5 var(--_font);
    text-align: start;
  }
  :host([hidden]) {
    display: none;
  }
  * {
    box-sizing: border-box;
  }
  h2,
  h3,
  p,
  ol,
  ul,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }
  ol,
  ul {
    list-style: none;
  }
  h2 {
    font-size: 1.375rem;
    line-height: 1.25;
    font-weight: 650;
    letter-spacing: -0.015em;
    text-wrap: balance;
  }
  h3 {
    font-size: 1rem;
    line-height: 1.4;
    font-weight: 650;
  }
  h2:focus {
    outline: none;
  }
  p {
    text-wrap: pretty;
  }
  .card {
    display: grid;
    gap: 1.25rem;
    padding: clamp(1.125rem, 5vw, 2rem);
    background: var(--_surface);
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
  }
  .card + .card {
    margin-block-start: 1rem;
  }
  .head {
    display: grid;
    gap: 0.5rem;
  }
  .title-row {
    display: flex;
    align-items: start;
    justify-content: space-between;
    gap: 1rem;
  }
  .muted {
    color: var(--_muted);
  }
  .small {
    font-size: 0.875rem;
  }
  .badge {
    display: inline-flex;
    flex: none;
    margin-block-start: 0.125rem;
    align-items: center;
    gap: 0.4rem;
    padding: 0.125rem 0.625rem;
    border-radius: 999px;
    font-size: 0.8125rem;
    font-weight: 600;
    color: var(--_muted);
    background: var(--_inset);
    border: 1px solid var(--_border);
  }
  .badge::before {
    content: '';
    width: 0.5rem;
    height: 0.5rem;
    border-radius: 50%;
    background: currentColor;
  }
  .badge.on {
    color: var(--_success);
    background: var(--_success-soft);
    border-color: transparent;
  }

  /* Buttons */
  button,
  .button {
    appearance: none;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5rem;
    min-height: 2.75rem;
    padding: 0.5rem 1rem;
    border: 1px solid var(--_field-border);
    border-radius: calc(var(--_radius) * 0.65);
    background: var(--_surface);
    color: var(--_text);
    font: inherit;
    font-weight: 600;
    line-height: 1.25;
    text-decoration: none;
    cursor: pointer;
    transition:
      background-color 120ms,
      border-color 120ms,
      color 120ms;
  }
  button:hover:not(:disabled),
  .button:hover:not(:disabled) {
    background: var(--_inset);
    border-color: var(--_muted);
  }
  button:focus-visible,
  .button:focus-visible,
  input:focus-visible {
    outline: 3px solid var(--_accent);
    outline-offset: 2px;
  }
  button.primary,
  .button.primary {
    background: var(--_accent);
    border-color: var(--_accent);
    color: var(--_on-accent);
  }
  button.primary:hover:not(:disabled),
  .button.primary:hover:not(:disabled) {
    background: var(--_accent-strong);
    border-color: var(--_accent-strong);
  }
  button.danger {
    background: var(--_danger);
    border-color: var(--_danger);
    color: light-dark(#fff, #2b0907);
  }
  button.danger:hover:not(:disabled) {
    background: var(--_danger);
    border-color: var(--_danger);
    filter: brightness(0.92);
  }
  button:disabled {
    background: var(--_inset);
    border-color: var(--_border);
    color: var(--_muted);
    cursor: not-allowed;
    filter: none;
  }
  button.quiet {
    min-height: 2.25rem;
    padding: 0.25rem 0.75rem;
    font-size: 0.9375rem;
    border-color: var(--_border);
  }
  button.quiet:hover:not(:disabled) {
    border-color: var(--_field-border);
  }
  button.text {
    min-height: 2.75rem;
    padding-inline: 0.25rem;
    /* A large target with the air of a line of text. */
    margin: -0.5rem -0.25rem;
    border-color: transparent;
    background: none;
    color: var(--_accent);
    justify-self: start;
    text-align: start;
  }
  button.text:hover:not(:disabled) {
    background: none;
    border-color: transparent;
    color: var(--_accent-strong);
    text-decoration: underline;
    text-underline-offset: 0.2em;
  }
  button.text.subtle {
    color: var(--_muted);
  }
  button.text.turn-off {
    color: var(--_danger);
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.75rem;
  }
  .actions.even {
    gap: 0.5rem;
  }
  .actions.even > * {
    flex: 1 1 auto;
    padding-inline: 0.75rem;
  }

  /* Fields */
  form {
    display: grid;
    gap: 1.25rem;
  }
  .field {
    display: grid;
    gap: 0.375rem;
  }
  label {
    font-weight: 600;
  }
  input {
    width: 100%;
    min-height: 3rem;
    padding: 0.5rem 0.875rem;
    border: 1px solid var(--_field-border);
    border-radius: calc(var(--_radius) * 0.65);
    background: light-dark(var(--_surface), var(--_inset));
    color: var(--_text);
    font: inherit;
    /* Under 16 px, phones zoom in. */
    font-size: max(1rem, 16px);
  }
  input[aria-invalid='true'] {
    border-color: var(--_danger);
  }
  input:read-only {
    background: var(--_inset);
    color: var(--_muted);
  }
  input.one-time-code {
    max-width: 16rem;
    min-height: 3.5rem;
    font-family: var(--_mono);
    font-size: 1.625rem;
    letter-spacing: 0.28em;
    font-variant-numeric: tabular-nums;
  }
  input.backup-code {
    font-family: var(--_mono);
    letter-spacing: 0.04em;
    text-transform: uppercase;
  }
  input.tail {
    max-width: 11rem;
    font-size: 1.25rem;
    letter-spacing: 0.14em;
  }
  .hint {
    color: var(--_muted);
    font-size: 0.875rem;
  }
  .error {
    display: flex;
    gap: 0.5rem;
    color: var(--_danger);
    font-size: 0.9375rem;
    font-weight: 500;
  }
  .codes {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(12.5rem, 1fr));
    gap: 0.375rem 1rem;
    padding: 1rem;
    border-radius: calc(var(--_radius) * 0.65);
    background: var(--_inset);
    counter-reset: code;
  }
  .codes li {
    display: flex;
    align-items: baseline;
    gap: 0.75rem;
    counter-increment: code;
    white-space: nowrap;
  }
  .codes li::before {
    content: counter(code);
    min-width: 1.25rem;
    text-align: end;
    font-size: 0.8125rem;
    color: var(--_muted);
    font-variant-numeric: tabular-nums;
  }
  .codes code {
    font: 500 0.9375rem/1.7 var(--_mono);
    letter-spacing: 0.02em;
  }

  .ok {
    color: var(--_success);
    font-size: 0.9375rem;
    font-weight: 500;
  }

  /* Notices */
  .notice {
    display: grid;
    gap: 0.5rem;
    padding: 0.875rem 1rem;
    border-radius: calc(var(--_radius) * 0.65);
    background: var(--_inset);
    border: 1px solid var(--_border);
    font-size: 0.9375rem;
  }
  .notice strong {
    font-weight: 650;
  }
  .notice.success {
    background: var(--_success-soft);
    border-color: color-mix(in srgb, var(--_success) 30%, transparent);
  }
  .notice.warning {
    background: var(--_warning-soft);
    border-color: color-mix(in srgb, var(--_warning) 30%, transparent);
  }
  .notice.danger {
    background: var(--_danger-soft);
    border-color: color-mix(in srgb, var(--_danger) 30%, transparent);
  }
  .notice .request {
    color: var(--_muted);
    font-size: 0.8125rem;
    overflow-wrap: anywhere;
  }
  .time {
    font-variant-numeric: tabular-nums;
    font-weight: 650;
  }

  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  /* Loading: the shape of what comes. */
  .skeleton {
    display: grid;
    gap: 0.875rem;
  }
  .skeleton i {
    height: 1rem;
    border-radius: 0.375rem;
    background: var(--_border);
    animation: breathe 1.6s ease-in-out infinite;
  }
  .skeleton i:first-child {
    height: 1.5rem;
    width: 55%;
  }
  .skeleton i:last-child {
    width: 75%;
  }
  @keyframes breathe {
    50% {
      opacity: 0.45;
    }
  }
  .spinner {
    width: 1em;
    height: 1em;
    border: 2px solid currentColor;
    border-inline-end-color: transparent;
    border-radius: 50%;
    animation: turn 0.8s linear infinite;
  }
  @keyframes turn {
    to {
      transform: rotate(1turn);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before {
      animation: none !important;
      transition: none !important;
    }
  }
  @media (forced-colors: active) {
    .notice {
      border: 1px solid;
    }
    .badge::before {
      background: CanvasText;
    }
  }
`;
