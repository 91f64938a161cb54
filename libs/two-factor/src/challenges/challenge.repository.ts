import { Inject, Injectable } from '@nestjs/common';
import { TWO_FACTOR_SETTINGS, TWO_FACTOR_TABLES } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { type NamedStatement, type SqlRunner, type Statement, runAsOne } from '../sql/one-statement.js';
import { rowsOf } from '../sql/read-as-one.js';
import type { TwoFactorTables } from '../sql/tables.js';

const PER_USER = 5;

/** A challenge as a client names it. */
export interface NamedChallenge {
  readonly userId: string;
  readonly tokenHash: Buffer;
  readonly at: Date;
}

/** What the user of a new challenge can answer it with. */
export interface OpenedMethods {
  readonly hasPasskey: boolean;
  readonly hasTotp: boolean;
  readonly hasBackupCodes: boolean;
}

/** The same, and what was read beside it. */
export interface OpenedChallengeRow extends OpenedMethods {
  readonly beside: string;
}

@Injectable()
export class ChallengeRepository {
  constructor(
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
  ) {}

  /**
   * Opens a challenge if a factor is asked for, in one statement.
   *
   * It takes the user's next place, round and round, and so ends the oldest one. The update of the
   * account makes parallel sign-ins take different places.
   *
   * @param beside is read in the same statement: its rows come as JSON, in one text
   * @returns what it can be answered with, or `undefined` when it saw no factor, which decides nothing
   */
  async open(
    on: SqlRunner,
    { userId, tokenHash, expiresAt }: Omit<NamedChallenge, 'at'> & { readonly expiresAt: Date },
    beside: Statement,
  ): Promise<OpenedChallengeRow | undefined> {
    const { accounts, challenges, secrets, passkeys, backupCodes } = this.tables;
    const place = {
      name: 'account',
      sql: `UPDATE ${accounts} a SET challenge_slot = (a.challenge_slot + 1) % ${PER_USER} FROM read_committed
        WHERE a.user_id = $1 AND a.enabled_at IS NOT NULL RETURNING a.user_id, a.challenge_slot`,
      parameters: [userId],
    } as const;
    const challenge = {
      name: 'accepted',
      sql: `INSERT INTO ${challenges} (user_id, slot, token_hash, attempts, expires_at)
        SELECT user_id, challenge_slot, $1::bytea, 0, $2::timestamptz FROM account
        ON CONFLICT (user_id, slot) DO UPDATE SET
          token_hash = excluded.token_hash, attempts = 0, webauthn_challenge = NULL, expires_at = excluded.expires_at
        RETURNING user_id`,
      parameters: [tokenHash, expiresAt],
    } as const;
    const read = { ...beside, name: 'own_beside' } as const;
    const [opened] = await runAsOne<OpenedChallengeRow>(on, [place, challenge, read], {
      sql: `SELECT EXISTS (SELECT FROM ${passkeys} WHERE user_id = $1) AS "hasPasskey",
        EXISTS (SELECT FROM ${secrets} WHERE user_id = $1) AS "hasTotp",
        EXISTS (SELECT FROM ${backupCodes} WHERE user_id = $1 AND used_at IS NULL) AS "hasBackupCodes",
        ${rowsOf('own_beside')}::text AS beside FROM accepted`,
      parameters: [userId],
    });
    return opened;
  }

  /** Yields the user of a challenge that can be answered, as `subject`. */
  answerable({ userId, tokenHash, at }: NamedChallenge): NamedStatement {
    const { accounts, challenges } = this.tables;
    return {
      name: 'subject',
      sql: `SELECT c.user_id, a.generation, c.webauthn_challenge AS drawn FROM ${challenges} c JOIN ${accounts} a ON a.user_id = c.user_id
        WHERE c.user_id = $1 AND c.token_hash = $2 AND ${this.#isOpen('$3')} AND a.enabled_at IS NOT NULL`,
      parameters: [userId, tokenHash, at],
    };
  }

  /**
   * Locks a challenge that can still be answered once the user's `account` is locked, and yields the user as `subject`.
   *
   * @param hasPlace the attempt is charged to it already, and may be the last that it admits
   */
  locked(
    { userId, tokenHash, at }: NamedChallenge,
    { hasPlace }: { readonly hasPlace: boolean },
  ): NamedStatement {
    const isOpen = hasPlace ? this.#isAlive('$3') : this.#isOpen('$3');
    return {
      name: 'subject',
      sql: `SELECT c.user_id, a.generation, c.webauthn_challenge AS drawn FROM ${this.tables.challenges} c JOIN account a ON a.user_id = c.user_id
        WHERE c.user_id = $1 AND c.token_hash = $2 AND ${isOpen} FOR UPDATE OF c`,
      parameters: [userId, tokenHash, at],
    };
  }

  #isOpen(at: string): string {
    return `c.attempts < ${this.settings.limits.challengeAttempts} AND ${this.#isAlive(at)}`;
  }

  #isAlive(at: string): string {
    return `c.expires_at > ${at}::timestamptz`;
  }

  /**
   * Draws what a passkey has to sign to answer it, in place of what was drawn before.
   *
   * @returns whether it can still be answered
   */
  async draw(
    on: SqlRunner,
    { userId, tokenHash, at }: NamedChallenge,
    webauthnChallenge: Buffer,
  ): Promise<boolean> {
    const drawn = {
      name: 'accepted',
      sql: `UPDATE ${this.tables.challenges} c SET webauthn_challenge = $4::bytea FROM read_committed
        WHERE c.user_id = $1 AND c.token_hash = $2 AND ${this.#isOpen('$3')} RETURNING c.user_id`,
      parameters: [userId, tokenHash, at, webauthnChallenge],
    } as const;
    const rows = await runAsOne(on, [drawn], { sql: 'SELECT user_id FROM accepted', parameters: [] });
    return rows.length > 0;
  }

  /**
   * Charges the challenge for an attempt: when it is charged, or when it was admitted and refused. What was drawn for a
   * passkey is spent with it, whatever the attempt was made by.
   */
  charge({ userId, tokenHash }: Omit<NamedChallenge, 'at'>, when: 'charged' | 'refused'): Statement {
    const from = when === 'charged' ? 'charged' : '(SELECT user_id FROM admitted WHERE NOT is_right)';
    return {
      sql: `UPDATE ${this.tables.challenges} c SET attempts = c.attempts + 1, webauthn_challenge = NULL FROM ${from} f
        WHERE c.user_id = $1 AND c.user_id = f.user_id AND c.token_hash = $2`,
      parameters: [userId, tokenHash],
    };
  }

  /** Ends every challenge of the user whose proof was `accepted`. */
  endAll(userId: string): Statement {
    return {
      sql: `DELETE FROM ${this.tables.challenges} c USING accepted a WHERE c.user_id = $1 AND c.user_id = a.user_id`,
      parameters: [userId],
    };
  }
}
