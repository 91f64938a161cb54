import type { Method, Status } from '../api/contract.js';
import type { Deed } from './change-state.js';

/** What proves a deed, the first one first; and where to go without any of it. */
export interface DeedProof {
  readonly methods: readonly Method[];
  readonly instead?: Deed | undefined;
}

/** The strongest factor of the account first, and a backup code where the server takes one. */
export function proofOf(deed: Deed, { methods, backupCodes }: Status): DeedProof {
  const others = methods.filter((method) => method !== 'backup_code');
  const factors: readonly Method[] = others.length === 0 ? ['totp'] : others;
  if (deed.kind === 'draw-codes' || deed.kind === 'remove' || deed.kind === 'turn-off') {
    const kind = factors.includes('totp') ? 'replace' : 'add-passkey';
    return { methods: factors, instead: backupCodes.remaining > 0 ? { kind, isLost: true } : undefined };
  }
  const isLost = 'isLost' in deed && deed.isLost;
  return { methods: isLost ? ['backup_code', ...factors] : [...factors, 'backup_code'] };
}
