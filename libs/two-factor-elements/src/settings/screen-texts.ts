import type { Deed } from '../flows/change.js';
import type { Texts } from '../texts/texts.js';
import type { ProofTexts } from './views/proof.js';

/** What a deed is called where its proof is asked for. */
export function proofTexts({ proof, authenticators }: Texts, deed: Deed): ProofTexts {
  switch (deed.kind) {
    case 'draw-codes':
      return { title: proof.codesTitle, text: proof.codesText, submit: proof.codesSubmit };
    case 'turn-off':
      return { title: proof.disableTitle, text: proof.disableText, submit: proof.disableSubmit };
    case 'remove': {
      const { removeTitle, removeText, remove } = authenticators;
      return { title: removeTitle(deed.authenticator.name), text: removeText, submit: remove };
    }
    case 'add-app':
      return { title: authenticators.addAppTitle, text: proof.addText, submit: proof.replaceSubmit };
    case 'add-passkey':
      return { title: authenticators.addPasskeyTitle, text: proof.addText, submit: proof.replaceSubmit };
    case 'first-app':
    case 'first-passkey':
    case 'rename':
    case 'replace':
      return { title: proof.replaceTitle, text: proof.replaceText, submit: proof.replaceSubmit };
  }
}

/** What is said once it is done. */
export function doneText({ done }: Texts, deed: Deed): string {
  switch (deed.kind) {
    case 'rename':
      return done.renamed(deed.name ?? '');
    case 'remove':
      return done.removed(deed.authenticator.name);
    case 'first-app':
      return done.enabled;
    case 'first-passkey':
      return done.enabledByPasskey;
    case 'add-app':
      return done.appAdded;
    case 'add-passkey':
      return done.passkeyAdded;
    case 'replace':
      return done.replaced;
    case 'draw-codes':
      return done.codesDrawn;
    case 'turn-off':
      return done.disabled;
  }
}
