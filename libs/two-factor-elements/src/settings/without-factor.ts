import type { Method } from '../api/two-factor-api.js';
import { addPasskey } from './add-passkey.js';
import { replace } from './enrolment.js';
import { factorProofs } from './prove.js';
import type { SettingsFlow } from './settings-flow.js';
import type { WithoutFactor } from './views/proof.js';

/** Where to go without phone and passkey when only they are proof: nowhere, without a backup code. */
export function withoutFactor(flow: SettingsFlow): WithoutFactor | undefined {
  if ((flow.status?.backupCodes.remaining ?? 0) === 0) {
    return undefined;
  }
  const methods: readonly Method[] = ['backup_code', ...factorProofs(flow)];
  return methods.includes('totp')
    ? { text: ({ proof }) => proof.withoutPhone, go: () => replace(flow, methods) }
    : { text: ({ proof }) => proof.withoutPasskey, go: () => addPasskey(flow, methods) };
}
