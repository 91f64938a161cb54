import { changesFor } from './catalogue.js';
import { en } from './en/en.js';
import { type Texts, type TextsChange, changed } from './texts.js';

/** Our English with these changes, in their order. */
export function textsWith(changes: readonly TextsChange[]): Texts {
  return changes.reduce(changed, en);
}

/** The texts of the nearest language there is; English when none is near. */
export function textsOf(language: string): Texts {
  return textsWith(changesFor(language));
}
