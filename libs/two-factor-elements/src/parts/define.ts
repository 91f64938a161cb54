/**
 * Makes a tag of a class. Not where there are no tags, as on a server without Lit's own, and not twice: a page that loads
 * two bundles keeps the first.
 */
export function define(tag: string, element: CustomElementConstructor): void {
  if ('customElements' in globalThis && customElements.get(tag) === undefined) {
    customElements.define(tag, element);
  }
}
