/**
 * Why an embedded PostgreSQL is not there:
 * - `UNSUPPORTED_PLATFORM`: no binaries exist for this platform and architecture.
 * - `BINARIES_NOT_INSTALLED`: they exist, but the optional dependency is missing.
 * - `BINARIES_UNUSABLE`: they are there, but cannot be prepared or run.
 * - `NO_UNPRIVILEGED_USER`: this process is root, and no other user was found to run the server.
 * - `DATA_DIR_UNUSABLE`: the data folder cannot be written, or belongs to another user.
 * - `SOCKET_DIR_UNSAFE`: somebody else owns, or may write to, the folder of the server's socket.
 * - `BUSY`: another process has held the data folder's lock for too long.
 * - `INIT_FAILED`, `START_FAILED`, `STOP_FAILED`: PostgreSQL refused; the message carries its words.
 */
export type EmbeddedPostgresErrorCode =
  | 'UNSUPPORTED_PLATFORM'
  | 'BINARIES_NOT_INSTALLED'
  | 'BINARIES_UNUSABLE'
  | 'NO_UNPRIVILEGED_USER'
  | 'DATA_DIR_UNUSABLE'
  | 'SOCKET_DIR_UNSAFE'
  | 'BUSY'
  | 'INIT_FAILED'
  | 'START_FAILED'
  | 'STOP_FAILED';

/** The one error of the launcher. Callers tell cases apart by `code`; the message is for people. */
export class EmbeddedPostgresError extends Error {
  constructor(
    readonly code: EmbeddedPostgresErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'EmbeddedPostgresError';
  }
}

/** The `code` of a Node system error, such as `ENOENT`; undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
