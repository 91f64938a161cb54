import type { ErrorDetail } from '../errors/two-factor.errors.js';

/**
 * The challenge of a step-up (RFC 9470 §3). `acr_values` are names of the host's, or of nobody's, and are left out: the
 * body says by which methods.
 */
export function stepUpChallenge(details: readonly ErrorDetail[]): string {
  const [maxAgeSeconds] = details.flatMap((detail) =>
    'maxAgeSeconds' in detail && detail.maxAgeSeconds !== undefined ? [detail.maxAgeSeconds] : [],
  );
  const challenge =
    'Bearer error="insufficient_user_authentication", error_description="The second factor is needed once more"';
  return maxAgeSeconds === undefined ? challenge : `${challenge}, max_age="${maxAgeSeconds}"`;
}
