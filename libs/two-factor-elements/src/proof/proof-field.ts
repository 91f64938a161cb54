import type { TemplateResult } from 'lit';
import type { Method, Proof } from '../api/contract.js';
import type { SignInTexts } from '../texts/texts.js';

/** The `id` of the button that sends. */
export const SUBMIT_ID = 'send';

/** What the form knows that a field shows. */
export interface FieldState {
  readonly t: SignInTexts;
  readonly isReadOnly: boolean;
  readonly isRefused: boolean;
  /** What is wrong with what was entered; always there, so that a screen reader notices when it is filled. */
  readonly error: TemplateResult;
  /** To be called when what was entered is whole and can send itself. */
  readonly completed: (input: HTMLInputElement) => void;
}

/** How one method asks for its proof, on every screen that asks. A method more is one of these more. */
export interface ProofField {
  readonly method: Method;
  /** The `id` of what takes the focus: the input, or the button where nothing is typed. */
  readonly inputId: string;
  readonly render: (state: FieldState) => TemplateResult;
  /** What is sent for what was typed. `undefined`: it is no code at all, and costs no attempt. */
  readonly read: (typed: string) => Proof | undefined;
  readonly texts: (t: SignInTexts) => FieldTexts;
}

export interface FieldTexts {
  /** Title and text of a sign-in that asks for this. */
  readonly title: string;
  readonly text: string;
  /** The button of that sign-in. Default: the sign-in's own. */
  readonly submit?: string;
  /** Leads here from another method. */
  readonly instead: string;
  readonly malformed: string;
  /** What may help when it is refused. */
  readonly refusedHint: string;
}
