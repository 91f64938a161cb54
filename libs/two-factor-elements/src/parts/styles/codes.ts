import { css } from 'lit';

export const codes = css`
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
`;
