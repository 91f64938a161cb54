import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { TwoFactorDatabase } from '../sql/database.js';
import type { NamedStatement, SqlRunner } from '../sql/one-statement.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import { BackupCode } from '../factors/backup-codes/backup-code.entity.js';
import { UserSecret } from '../factors/totp/user-secret.entity.js';
import { TwoFactorChallenge } from './challenge.entity.js';

const CHALLENGE = { perUser: 5, tokenBytes: 32 } as const;

export interface ChallengeToken {
  /** Opaque, 256 random bits, base64url. */
  readonly token: string;
  readonly hash: Buffer;
}

export function drawChallengeToken(): ChallengeToken {
  const token = randomBytes(CHALLENGE.tokenBytes).toString('base64url');
  return { token, hash: hashChallengeToken(token) };
}

/** SHA-256 is enough for a token of 256 random bits: there is nothing to guess. */
export function hashChallengeToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

@Injectable()
export class ChallengeRepository {
  readonly #table: string;
  readonly #secrets: string;
  readonly #codes: string;

  constructor(
    database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
  ) {
    this.#table = database.tableOf(TwoFactorChallenge);
    this.#secrets = database.tableOf(UserSecret);
    this.#codes = database.tableOf(BackupCode);
  }

  /**
   * Opens a challenge if the user has an active authenticator, in one statement.
   *
   * It takes the user's next place, round and round, and so ends the oldest one. The update of the
   * secret's row makes parallel sign-ins take different places.
   *
   * @returns what can answer it beside the authenticator, or `undefined` when the user has none active
   */
  async open(
    on: SqlRunner,
    {
      userId,
      tokenHash,
      expiresAt,
    }: { readonly userId: string; readonly tokenHash: Buffer; readonly expiresAt: Date },
  ): Promise<{ readonly hasBackupCodes: boolean } | undefined> {
    const [opened] = await on.query<{ readonly hasBackupCodes: boolean }>(
      `WITH place AS (
        UPDATE ${this.#secrets} SET challenge_slot = (challenge_slot + 1) % ${CHALLENGE.perUser}
        WHERE user_id = $1 AND state = 'active' RETURNING user_id, challenge_slot
      )
      INSERT INTO ${this.#table} (user_id, slot, token_hash, attempts, expires_at)
      SELECT user_id, challenge_slot, $2, 0, $3 FROM place
      ON CONFLICT (user_id, slot) DO UPDATE SET
        token_hash = excluded.token_hash, attempts = 0, expires_at = excluded.expires_at
      RETURNING EXISTS (SELECT FROM ${this.#codes} WHERE user_id = $1 AND used_at IS NULL) AS "hasBackupCodes"`,
      [userId, tokenHash, expiresAt],
    );
    return opened;
  }

  /** Yields the user of a challenge that can still be answered, and holds on to it, as `subject`. */
  subject({ tokenHash, at }: { readonly tokenHash: Buffer; readonly at: Date }): NamedStatement {
    return {
      name: 'subject',
      sql: `SELECT c.user_id FROM read_committed, ${this.#table} c
        WHERE c.token_hash = $1 AND c.attempts < ${this.settings.limits.challengeAttempts} AND c.expires_at > $2
        FOR UPDATE OF c`,
      parameters: [tokenHash, at],
    };
  }

  /** Charges the challenge for an attempt that the user's budget admitted. */
  charge(tokenHash: Buffer): NamedStatement {
    return {
      name: 'charged',
      sql: `UPDATE ${this.#table} c SET attempts = c.attempts + 1 FROM reserved r
        WHERE c.token_hash = $1 AND c.user_id = r.user_id`,
      parameters: [tokenHash],
    };
  }

  /** Yields the user, as `open_challenge`, if the challenge is still open once the user's `secret` is locked. */
  stillOpen({ tokenHash, at }: { readonly tokenHash: Buffer; readonly at: Date }): NamedStatement {
    return {
      name: 'open_challenge',
      sql: `SELECT c.user_id FROM ${this.#table} c JOIN secret s ON s.user_id = c.user_id
        WHERE c.token_hash = $1 AND c.expires_at > $2 FOR UPDATE OF c`,
      parameters: [tokenHash, at],
    };
  }

  /** Ends every challenge of the user that `accepted` yields. */
  endAll(): NamedStatement {
    return {
      name: 'ended',
      sql: `DELETE FROM ${this.#table} c USING accepted g WHERE c.user_id = g.user_id RETURNING c.slot`,
      parameters: [],
    };
  }
}
