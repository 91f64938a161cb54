import { css } from 'lit';

/** What the visitor has asked the browser for. The last word. */
export const preferences = css`
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
  }
`;
