import { Injectable } from '@nestjs/common';
import { BackupCode } from '../factors/backup-codes/backup-code.entity.js';
import { TwoFactorDatabase } from '../sql/database.js';
import { compose, type NamedStatement } from '../sql/one-statement.js';
import { READ_COMMITTED } from '../sql/read-committed.js';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import { UserSecret } from '../factors/totp/user-secret.entity.js';
import type { AttemptMethod } from './attempt-budget.js';
import { AttemptRepository } from './attempt.repository.js';

/** Who makes an attempt, at what, and when. */
export interface AttemptRequest {
  /** Yields the user as `subject`, or no row: then there is nothing to attempt. */
  readonly subject: NamedStatement;
  /** What else to charge once the attempt is `reserved`: a challenge. */
  readonly charge?: NamedStatement;
  readonly method: AttemptMethod;
  /** The authenticator a code is checked against. */
  readonly state: 'pending' | 'active';
  readonly at: Date;
}

/** An attempt that is charged, and what is needed to check it. */
export interface ReservedAttempt {
  readonly userId: string;
  readonly method: AttemptMethod;
  readonly chargedAt: Date;
  readonly secret: ReservedSecret | undefined;
  /** Any code of the user's set, spent or not: it carries the salt and the pepper of the set. */
  readonly code: { readonly codeHash: string; readonly pepperId: string } | undefined;
}

export interface ReservedSecret {
  readonly id: string;
  readonly sealedSecret: string;
  readonly sealedBackupCodes: string | null;
  readonly lastUsedStep: number | null;
  readonly isReplacement: boolean;
}

interface GateRow {
  readonly user_id: string;
  readonly is_reserved: boolean;
  readonly id: string | null;
  readonly sealed_secret: string | null;
  readonly sealed_backup_codes: string | null;
  readonly last_used_step: string | null;
  readonly replaces: string | null;
  readonly code_hash: string | null;
  readonly pepper_id: string | null;
}

/** Where every attempt at a code or password passes, whichever endpoint it comes from. */
@Injectable()
export class AttemptGate {
  readonly #secrets: string;
  readonly #codes: string;

  constructor(
    private readonly database: TwoFactorDatabase,
    private readonly attempts: AttemptRepository,
  ) {
    this.#secrets = database.tableOf(UserSecret);
    this.#codes = database.tableOf(BackupCode);
  }

  /**
   * Charges an attempt and reads what it is checked against: one statement that commits by itself, so
   * that a client that hangs up, an error later on, or a host that rolls back has still used its attempt.
   *
   * @returns the attempt, or `undefined` when there is no subject and nothing was charged
   * @throws TwoFactorException `TWO_FACTOR_LOCKED` with the seconds to wait; nothing was charged
   */
  async reserve(
    request: AttemptRequest,
    onLocked: (userId: string) => Promise<void>,
  ): Promise<ReservedAttempt | undefined> {
    const { subject, charge, method, state, at } = request;
    const statements = [
      READ_COMMITTED,
      subject,
      this.attempts.reserve({ method, at }),
      ...(charge === undefined ? [] : [charge]),
    ];
    const { sql, parameters } = compose(statements);
    const [row] = await this.database.query<GateRow>(
      `${sql} SELECT s.user_id, r.user_id IS NOT NULL AS is_reserved,
          u.id, u.sealed_secret, u.sealed_backup_codes, u.last_used_step, u.replaces, b.code_hash, b.pepper_id
        FROM subject s LEFT JOIN reserved r ON true
        LEFT JOIN ${this.#secrets} u ON u.user_id = s.user_id AND u.state = $${parameters.length + 1}
        LEFT JOIN LATERAL (SELECT code_hash, pepper_id FROM ${this.#codes} WHERE user_id = s.user_id LIMIT 1) b ON true`,
      [...parameters, state],
    );
    if (row === undefined) {
      return undefined;
    }
    if (!row.is_reserved) {
      await onLocked(row.user_id);
      const retryAfterSeconds = await this.attempts.retryAfterSeconds(row.user_id, method, at);
      throw new TwoFactorException('TWO_FACTOR_LOCKED', { reason: 'locked', retryAfterSeconds });
    }
    return reservedAttempt(row, method, at);
  }
}

function reservedAttempt(row: GateRow, method: AttemptMethod, chargedAt: Date): ReservedAttempt {
  const { id, sealed_secret: sealedSecret, code_hash: codeHash, pepper_id: pepperId } = row;
  return {
    userId: row.user_id,
    method,
    chargedAt,
    secret:
      id === null || sealedSecret === null
        ? undefined
        : {
            id,
            sealedSecret,
            sealedBackupCodes: row.sealed_backup_codes,
            lastUsedStep: row.last_used_step === null ? null : Number(row.last_used_step),
            isReplacement: row.replaces !== null,
          },
    code: codeHash === null || pepperId === null ? undefined : { codeHash, pepperId },
  };
}
