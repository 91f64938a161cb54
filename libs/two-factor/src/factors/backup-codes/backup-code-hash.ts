import { argon2id, hash } from 'argon2';

/** OWASP's Argon2id parameters for a 2-core server; memory in KiB. */
const PARAMETERS = {
  type: argon2id,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
  hashLength: 32,
} as const;
export const BACKUP_CODE_SALT_BYTES = 16;

/** What every hash of a set shares: the salt, so that an attempt is hashed once, and the pepper. */
export interface BackupCodeHashing {
  readonly salt: Buffer;
  /** Argon2's `secret`: without it a stolen table cannot be guessed at. */
  readonly pepper: Buffer;
}

/** Computes the PHC string of a code: one Argon2id computation. */
export function hashBackupCode(code: string, { salt, pepper }: BackupCodeHashing): Promise<string> {
  return hash(code, { ...PARAMETERS, salt, secret: pepper });
}

/**
 * Reads the salt out of a stored hash.
 *
 * What is not exactly our own parameters is refused: whoever can write the table must not be able to
 * order a computation of 4 GiB.
 *
 * @returns the salt, or `undefined` when the text is not one of our hashes
 */
export function saltOf(phc: string): Buffer | undefined {
  const { memoryCost, timeCost, parallelism } = PARAMETERS;
  const [empty, algorithm, version, parameters, salt, digest, ...rest] = phc.split('$');
  const isOurs =
    empty === '' &&
    algorithm === 'argon2id' &&
    version === 'v=19' &&
    parameters === `m=${memoryCost},t=${timeCost},p=${parallelism}` &&
    digest !== undefined &&
    rest.length === 0;
  const bytes = Buffer.from(salt ?? '', 'base64');
  return isOurs && bytes.length === BACKUP_CODE_SALT_BYTES ? bytes : undefined;
}
