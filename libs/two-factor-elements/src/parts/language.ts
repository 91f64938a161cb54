import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { onTextsAdded } from '../texts/catalogue.js';

/** The language of the place that an element is in. It renders again when that changes, or when texts come later. */
export class Language implements ReactiveController {
  #page: MutationObserver | undefined;
  #endListening = (): void => undefined;

  constructor(private readonly host: ReactiveControllerHost & Element) {
    host.addController(this);
  }

  get tag(): string {
    return languageAround(this.host) ?? navigator.language;
  }

  hostConnected(): void {
    const render = (): void => this.host.requestUpdate();
    // It may have been moved to another place.
    render();
    this.#endListening = onTextsAdded(render);
    this.#page = new MutationObserver(render);
    for (const root of rootsAround(this.host)) {
      this.#page.observe(root, { attributeFilter: ['lang'], subtree: true });
    }
  }

  hostDisconnected(): void {
    this.#endListening();
    this.#page?.disconnect();
  }
}

/** The shadow roots and the document that an element is in. */
function rootsAround(element: Element): Node[] {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? [root, ...rootsAround(root.host)] : [root];
}

/** The nearest `lang`, also when it is outside of the component that the element is a part of. */
function languageAround(element: Element): string | undefined {
  const nearest = element.closest<HTMLElement>('[lang]')?.lang;
  const root = element.getRootNode();
  return nearest ?? (root instanceof ShadowRoot ? languageAround(root.host) : undefined);
}
