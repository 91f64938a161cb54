import { css } from 'lit';

export const fields = css`
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
  .tick {
    display: grid;
    grid-template-columns: max-content 1fr;
    align-items: start;
    gap: 0.25rem 0.75rem;
  }
  .tick input {
    width: 1.5rem;
    min-height: 1.5rem;
    margin: 0.125rem 0 0;
    accent-color: var(--_accent);
  }
  .tick label {
    padding-block-start: 0.125rem;
    font-weight: 500;
  }
  .tick .hint {
    grid-column: 2;
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
`;
