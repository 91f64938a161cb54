import { css } from 'lit';

export const settingsStyles = css`
  .rows {
    display: grid;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.75rem 1rem;
    padding-block: 1rem;
    border-block-start: 1px solid var(--_border);
  }
  .row:last-child {
    border-block-end: 1px solid var(--_border);
  }
  .row > div {
    flex: 1 1 9rem;
    display: grid;
    gap: 0.25rem;
  }
  /* The page's own, if it has any. */
  .row > .icon {
    display: none;
  }
  .row > .actions {
    flex-basis: 100%;
    display: flex;
    gap: 0.5rem;
  }
  .row > p {
    flex: 1 1 100%;
  }
  /* Its owner's words, as long as they are. */
  .name {
    overflow-wrap: anywhere;
  }
  .device {
    font-weight: 600;
  }
  .choices {
    display: grid;
    gap: 0.5rem;
  }
  .choices button {
    justify-content: start;
    text-align: start;
  }
  .meter {
    display: flex;
    gap: 0.25rem;
    max-width: 12rem;
    margin-block-start: 0.25rem;
  }
  .meter i {
    flex: 1;
    height: 0.375rem;
    border-radius: 1rem;
    background: var(--_border);
  }
  .meter i.left {
    background: var(--_success);
  }
  .meter.few i.left {
    background: var(--_warning);
  }

  /* Where one is: three steps, the present one strong. */
  .steps {
    display: grid;
    grid-template-columns: repeat(3, 1fr);
    gap: 0.5rem;
    font-size: 0.8125rem;
    font-weight: 600;
    color: var(--_muted);
  }
  .steps li {
    padding-block-start: 0.5rem;
    border-block-start: 3px solid var(--_border);
  }
  .steps li.past {
    border-color: var(--_accent);
  }
  .steps li[aria-current] {
    border-color: var(--_accent);
    color: var(--_text);
  }

  .qr {
    justify-self: center;
    padding: 0.25rem;
    border-radius: calc(var(--_radius) * 0.8);
    /* Phones read black on white, also in the dark. */
    background: #fff;
    border: 1px solid var(--_border);
  }
  .qr img {
    display: block;
    width: auto;
    max-width: 100%;
    height: auto;
    min-width: 200px;
    image-rendering: pixelated;
  }
  .key {
    display: grid;
    gap: 0.5rem;
    padding: 1rem;
    border-radius: calc(var(--_radius) * 0.65);
    background: var(--_inset);
  }
  .key-row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.75rem;
  }
  .key code {
    display: grid;
    grid-template-columns: repeat(4, max-content);
    gap: 0.125rem 0.75rem;
    font: 500 1rem/1.5 var(--_mono);
  }
  /* A phone cannot scan its own screen; a desktop has no app to open. */
  .on-phone {
    display: none;
  }
  @media (hover: none) and (pointer: coarse) {
    .on-phone {
      display: grid;
    }
  }

  .events {
    display: grid;
    gap: 0.875rem;
  }
  .events li {
    display: grid;
    gap: 0.125rem;
    padding-inline-start: 1.25rem;
    position: relative;
  }
  .events li::before {
    content: '';
    position: absolute;
    inset-inline-start: 0;
    inset-block-start: 0.5rem;
    width: 0.5rem;
    height: 0.5rem;
    border-radius: 50%;
    background: var(--_border);
  }
  .events li.failure::before {
    background: var(--_danger);
  }
  .events .what {
    font-weight: 550;
  }

  /* Where the visitor chooses the colours, shapes say what colours say elsewhere. */
  @media (forced-colors: active) {
    .steps li[aria-current] {
      text-decoration: underline;
    }
    .meter i,
    .events li::before {
      forced-color-adjust: none;
      background: Canvas;
      border: 1px solid CanvasText;
    }
    .meter i.left,
    .events li.failure::before {
      background: CanvasText;
    }
  }
`;
