import { css } from 'lit';

/** What the others show more than a challenge does. It stands before what all have, whose disabled buttons have the last word. */
export const panels = css`
  h3 {
    font-size: 1rem;
    line-height: 1.4;
    font-weight: 650;
  }
  .card + .card {
    margin-block-start: 1rem;
  }
  .title-row {
    display: flex;
    align-items: start;
    justify-content: space-between;
    gap: 1rem;
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
  button.danger {
    background: var(--_danger);
    border-color: var(--_danger);
    color: light-dark(#fff, #2b0907);
  }
  button.danger:hover {
    background: var(--_danger);
    border-color: var(--_danger);
    filter: brightness(0.92);
  }
  button.quiet {
    min-height: 2.25rem;
    padding: 0.25rem 0.75rem;
    font-size: 0.9375rem;
    border-color: var(--_border);
  }
  button.quiet:hover {
    border-color: var(--_field-border);
  }
  button.text.turn-off {
    --_own: var(--_danger);
  }
  .notice strong {
    font-weight: 650;
  }
  .notice.success {
    background: var(--_success-soft);
    border-color: color-mix(in srgb, var(--_success) 30%, transparent);
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
  @media (forced-colors: active) {
    .badge::before {
      background: CanvasText;
    }
  }
`;
