import { css } from 'lit';

export const notices = css`
  .notice {
    display: grid;
    gap: 0.5rem;
    padding: 0.875rem 1rem;
    border-radius: calc(var(--_radius) * 0.65);
    background: var(--_inset);
    border: 1px solid var(--_border);
    font-size: 0.9375rem;
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
`;
