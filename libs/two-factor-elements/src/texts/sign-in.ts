import { enSignIn } from './en/en.js';
import { type SignInTexts, type TextsChange, signInTextsChanged } from './texts.js';

/** What our English says in a sign-in, with these changes, in their order. */
export function signInTextsWith(changes: readonly TextsChange[]): SignInTexts {
  return changes.reduce(signInTextsChanged, enSignIn);
}
