import { css } from 'lit';

export const stepUpStyles = css`
  :host {
    display: contents;
  }
  dialog:not([open]) {
    display: none;
  }
  dialog {
    width: min(26rem, calc(100vw - 2rem));
    margin: auto;
    color: var(--_text);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 50%);
  }
`;
