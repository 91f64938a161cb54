import { css } from 'lit';

export const loading = css`
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
`;
