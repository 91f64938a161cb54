import type { Logger } from '@nestjs/common';
import type { KeyRing } from './key-ring.js';
import { SealedBoxError, type SealedPlace, open } from './sealed-secret.js';

/** Opens a sealed value; one that does not open is `undefined`, and the log says where it stands and why. */
export function openOrLog(
  ring: KeyRing,
  sealed: string,
  { place, logger }: { readonly place: SealedPlace; readonly logger: Logger },
): string | undefined {
  try {
    return open(ring, sealed, place);
  } catch (error) {
    if (!(error instanceof SealedBoxError)) {
      throw error;
    }
    logger.error({ ...place, reason: error.reason }, 'A sealed value does not open');
    return undefined;
  }
}
