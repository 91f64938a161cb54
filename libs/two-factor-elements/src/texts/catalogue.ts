import type { TextsChange } from './texts.js';

/** By language, what is said otherwise than in our English: one after the other, the last one counts. */
const catalogue = new Map<string, readonly TextsChange[]>([['en', []]]);
/** What was looked up since the catalogue last changed: it is asked at every rendering. */
const found = new Map<string, readonly TextsChange[]>();
const listeners = new Set<() => void>();

/**
 * Adds a language, or changes one: what is missing stays, or is that of the nearest language. Elements that are on
 * the screen show it at once.
 *
 * @param language a tag as in `lang`: `pt` for all who read Portuguese, `pt-BR` for those in Brazil
 */
export function addTexts(language: string, change: TextsChange): void {
  catalogue.set(language.toLowerCase(), [...changesFor(language), change]);
  tellOfChange();
}

/** Adds a language of ours below what a page has changed already: it may load the elements that bring it later. */
export function addBeneath(language: string, change: TextsChange): void {
  const regions = [...catalogue.keys()].filter((tag) => primaryOf(tag) === language);
  for (const tag of new Set([language, ...regions])) {
    catalogue.set(tag, [change, ...(catalogue.get(tag) ?? [])]);
  }
  tellOfChange();
}

function tellOfChange(): void {
  found.clear();
  for (const listener of listeners) {
    listener();
  }
}

/** What the nearest language there is says otherwise; English when none is near. The same until texts are added. */
export function changesFor(language: string): readonly TextsChange[] {
  const changes = found.get(language) ?? catalogue.get(nearestTo(language)) ?? [];
  found.set(language, changes);
  return changes;
}

/** @returns what ends it */
export function onTextsAdded(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** `de` of `de-AT`. */
export function primaryOf(language: string): string {
  return language.toLowerCase().split('-', 1)[0] ?? '';
}

function nearestTo(language: string): string {
  const byNearness = Array.from(catalogue.keys(), (tag) => ({ tag, nearness: nearnessOf(tag, language) }));
  const { tag, nearness } = byNearness.reduce((best, next) => (next.nearness > best.nearness ? next : best));
  return nearness > 0 ? tag : 'en';
}

/** A script that one reads counts more than a region: `zh-TW` is read in `zh-Hant` rather than in `zh`. */
function nearnessOf(tag: string, language: string): number {
  const [has, wants] = [likelyOf(tag), likelyOf(language)];
  if (has === undefined || has.language !== wants?.language) {
    return 0;
  }
  const isPrefix = `${language.toLowerCase()}-`.startsWith(`${tag}-`);
  return (
    1 + (has.script === wants.script ? 4 : 0) + (isPrefix ? 2 : 0) + (has.region === wants.region ? 1 : 0)
  );
}

/** With the script and the region that most who name this language mean (`pt` is `pt-Latn-BR`). */
function likelyOf(language: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(language).maximize();
  } catch {
    // Not every `lang` is a tag.
    return undefined;
  }
}
