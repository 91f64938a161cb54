import { css } from 'lit';

export const buttons = css`
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
  button:hover,
  .button:hover {
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
  button.primary:hover,
  .button.primary:hover {
    background: var(--_accent-strong);
    border-color: var(--_accent-strong);
  }
  button.text {
    min-height: 2.75rem;
    padding-inline: 0.25rem;
    /* A large target with the air of a line of text, in line with those above and below. */
    margin: -0.5rem calc(-0.25rem - 1px);
    border-color: transparent;
    background: none;
    color: var(--_own, var(--_accent));
    justify-self: start;
    text-align: start;
  }
  button.text:hover {
    background: none;
    border-color: transparent;
    color: var(--_own, var(--_accent-strong));
    text-decoration: underline;
    text-underline-offset: 0.2em;
  }
  /* There a transparent border is drawn, too: a box that stands beside its line. */
  @media (forced-colors: active) {
    button.text {
      margin-inline: -0.25rem;
      border: 0;
      text-decoration: underline;
    }
  }
  button.text.subtle {
    --_own: var(--_muted);
  }
  button.text:disabled {
    --_own: var(--_muted);
    text-decoration: none;
    cursor: not-allowed;
  }
  button:is(:disabled, [aria-disabled='true']):not(.text) {
    background: var(--_inset);
    border-color: var(--_border);
    color: var(--_muted);
    cursor: not-allowed;
    filter: none;
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
`;
