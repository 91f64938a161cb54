import { type TemplateResult, html, nothing } from 'lit';
import type { SecurityEvent } from '../../api/two-factor-api.js';
import { deviceOf } from '../../parts/device.js';
import { momentText } from '../../parts/time.js';
import type { Texts } from '../../texts/texts.js';

const SHOWN_AT_FIRST = 5;
/** Stays with what is before it when the line breaks. */
const SEPARATOR = '\u00A0· ';

interface ActivityView {
  readonly t: Texts;
  readonly language: string;
  /** `undefined`: they could not be loaded. */
  readonly events: readonly SecurityEvent[] | undefined;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}

/** What happened to the second factor, so that a stranger's doing is seen. */
export function activity({ t, language, events, isOpen, toggle }: ActivityView): TemplateResult {
  const { activity: texts } = t;
  if (events === undefined || events.length === 0) {
    const text = events === undefined ? texts.failed : texts.empty;
    return html`<section class="card" part="card activity" aria-labelledby="activity-title">
      <h3 id="activity-title" part="heading heading-below">${texts.title}</h3>
      <p class="muted" part="text">${text}</p>
    </section>`;
  }
  const shown = isOpen ? events : events.slice(0, SHOWN_AT_FIRST);
  return html`<section class="card" part="card activity" aria-labelledby="activity-title">
    <h3 id="activity-title" part="heading heading-below">${texts.title}</h3>
    <ul class="events">
      ${shown.map((event) => row(event, t, language))}
    </ul>
    ${
      events.length > SHOWN_AT_FIRST
        ? html`<button
            type="button"
            class="text"
            part="button button-text"
            aria-expanded=${isOpen}
            @click=${toggle}
          >
            ${isOpen ? texts.showLess : texts.showAll}
          </button>`
        : nothing
    }
  </section>`;
}

function row(event: SecurityEvent, t: Texts, language: string): TemplateResult {
  const { activity: texts } = t;
  const { at, type, outcome, method, ip, userAgent } = event;
  const isFailure = outcome === 'failure';
  const what = texts.types[isFailure ? `${type}.failure` : type] ?? texts.types[type] ?? type;
  const how = method === null ? undefined : (texts.methods[method] ?? method);
  const rest = [how, deviceOf(userAgent, t), ip].filter((part) => part !== null && part !== undefined);
  return html`<li
    part="event ${isFailure ? 'event-failure' : 'event-success'}"
    class=${isFailure ? 'failure' : 'success'}
  >
    <p class="what">${what}</p>
    <p class="muted small" part="text">
      <time datetime=${at}>${momentText(at, language)}</time>${SEPARATOR}${rest.join(SEPARATOR)}
    </p>
  </li>`;
}
