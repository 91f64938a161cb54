import { css } from 'lit';

/**
 * What everything stands on. Every colour is a custom property with a default for light and dark:
 * `light-dark()` follows the page's `color-scheme`, and with it the visitor's preference.
 */
export const base = css`
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
  h2:focus {
    outline: none;
  }
  p {
    text-wrap: pretty;
  }
  /* What is read and typed piece by piece reads from left to right in every language. */
  .codes code,
  .key code,
  .one-time-code,
  .backup-code {
    direction: ltr;
    unicode-bidi: isolate;
  }
  .card {
    display: grid;
    gap: 1.25rem;
    padding: clamp(1.125rem, 5vw, 2rem);
    background: var(--_surface);
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
  }
  .head {
    display: grid;
    gap: 0.5rem;
  }
  .account {
    font-weight: 550;
    overflow-wrap: anywhere;
  }
  .muted {
    color: var(--_muted);
  }
  .small {
    font-size: 0.875rem;
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
`;
