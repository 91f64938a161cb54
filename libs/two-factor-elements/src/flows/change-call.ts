import type { Proof, Setup, SetupWish, TwoFactorApi } from '../api/two-factor-api.js';
import type { ChangeEvent, Deed } from './change-state.js';

/**
 * Makes the call that a deed takes where it stands: the first code of a new app, else the deed itself.
 *
 * @returns what came of it, for `change`
 * @throws CallFailure for `refused`
 */
export async function performChange(
  api: TwoFactorApi,
  { deed, setup }: { readonly deed: Deed; readonly setup?: Setup },
  proof: Proof = {},
): Promise<ChangeEvent> {
  if (setup !== undefined) {
    return { type: 'confirmed', deed, setup, answer: await api.enable({ code: '', ...proof }) };
  }
  switch (deed.kind) {
    case 'rename':
      await api.rename(deed.authenticator.id, deed.name ?? '');
      return { type: 'done', deed };
    case 'remove':
      await api.remove(deed.authenticator.id, proof);
      return { type: 'done', deed };
    case 'turn-off':
      await api.disable(proof);
      return { type: 'done', deed };
    case 'draw-codes':
      return { type: 'drawn', deed, backupCodes: await api.drawBackupCodes(proof), at: new Date() };
    case 'add-passkey':
    case 'first-passkey':
      return { type: 'passkey-asked', deed, options: await api.creationOptions(proof) };
    case 'add-app':
    case 'first-app':
    case 'replace':
      return { type: 'set-up', deed, setup: await api.setup({ ...proof, ...wishOf(deed) }) };
  }
}

function wishOf(deed: Deed): SetupWish {
  if (deed.kind === 'add-app') {
    return { add: true, ...(deed.name !== undefined && deed.name !== '' && { name: deed.name }) };
  }
  return deed.kind === 'replace' && deed.replaces !== undefined ? { replaces: deed.replaces } : {};
}
