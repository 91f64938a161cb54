/** Tells the developer of the page what the visitor of the page can do nothing about. */
export function tellDeveloper(mistake: string, cause?: unknown): void {
  // oxlint-disable-next-line no-console -- it is where they look
  console.warn(`two-factor-elements: ${mistake}`, ...(cause === undefined ? [] : [cause]));
}

/** A browser tells nobody which it was; the visitor is told that there is no connection. */
export function tellOfForeignOrigin(url: string): void {
  if (!('location' in globalThis) || isOffline()) {
    return;
  }
  const { origin } = new URL(url, location.href);
  if (origin !== location.origin) {
    tellDeveloper(`no answer from ${origin}. If it is up, does it allow ${location.origin} (CORS_ORIGINS)?`);
  }
}

/** As far as a browser knows; elsewhere nobody does. */
export function isOffline(): boolean {
  return 'navigator' in globalThis && !navigator.onLine;
}
