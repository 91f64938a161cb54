/**
 * A mistake of the host's, at start or while it runs. Nothing was changed. It is no `HttpException`: under
 * every filter it is a 500, and stands in the log.
 */
export class TwoFactorHostError extends Error {
  override readonly name = 'TwoFactorHostError';
}
