/** How many connections of its own the library opens at most, beside those of the host's pool. */
export const CONNECTIONS = 4;

/** No connection could be had. Nothing has happened: the answer is 503, and the same can be asked again. */
export class NoConnectionError extends Error {
  override readonly name = 'NoConnectionError';

  /** @param cause what the driver said */
  constructor(cause: unknown) {
    super(reasonOf(cause), { cause });
  }
}

/** Why the application does not start. */
export function cannotConnect(cause: unknown): Error {
  return new Error(
    `TwoFactorModule cannot open connections of its own, up to ${CONNECTIONS} beside those of the host: ${reasonOf(cause)}`,
    { cause },
  );
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
