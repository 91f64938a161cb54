/** Tells the developer of the page what the visitor of the page can do nothing about. */
export function tellDeveloper(mistake: string, cause?: unknown): void {
  // oxlint-disable-next-line no-console -- it is where they look
  console.warn(`two-factor-elements: ${mistake}`, ...(cause === undefined ? [] : [cause]));
}
