import type { Status } from '../api/contract.js';
import type { Change, ChangeEvent, Loads } from './change-state.js';

/** A draw whose answer was lost may have been done, with codes that nobody has seen. */
export function doubting(
  state: Change,
  { deed, failure }: ChangeEvent & { readonly type: 'refused' },
): Change {
  if (!failure.isAnswerLost || (deed?.kind !== 'draw-codes' && deed?.kind !== 'first-passkey')) {
    return state;
  }
  const drawnBefore = deed.kind === 'draw-codes' ? (deed.drawnBefore ?? null) : null;
  return { ...state, doubt: { drawnBefore, load: state.load } };
}

/**
 * What a status says of that: a set that is newer than the one before is one that nobody has seen. That there is none, only
 * the answer to a question can say that was asked since.
 */
export function settled(
  { load, doubt }: Loads,
  { backupCodes: { generatedAt } }: Status,
): Pick<Loads, 'doubt' | 'unseenSet'> {
  if (doubt !== undefined && generatedAt !== null && generatedAt !== doubt.drawnBefore) {
    return { doubt: undefined, unseenSet: generatedAt };
  }
  return { doubt: doubt?.load === load ? doubt : undefined, unseenSet: undefined };
}
