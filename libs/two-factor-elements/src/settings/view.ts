import type { TemplateResult } from 'lit';
import type { ProofForm } from '../proof/proof-form.js';

/** What is on the screen of the settings. */
export interface View {
  readonly kind:
    | 'loading'
    | 'failed'
    | 'signed-out'
    | 'overview'
    | 'authenticator'
    | 'choose'
    | 'name'
    | 'proof'
    | 'passkey'
    | 'scan'
    | 'confirm'
    | 'void'
    | 'save';
  readonly render: () => TemplateResult;
  /** Ends with the view. */
  readonly form?: ProofForm;
  /** What is to be shown when another tab has made void the setup that this view is about. */
  readonly voidedBy?: { readonly whose: string; readonly show: () => void };
}
