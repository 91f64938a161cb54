import { Inject, Injectable } from '@nestjs/common';
import type { RefusalReason } from '../../errors/two-factor.errors.js';
import { TWO_FACTOR_TABLES } from '../../options/tokens.js';
import { TwoFactorDatabase, type TwoFactorTransaction } from '../../sql/database.js';
import type { NamedStatement, Statement } from '../../sql/one-statement.js';
import type { TwoFactorTables } from '../../sql/tables.js';
import type { CheckedAssertion } from './assertion.js';
import type { CreatedPasskey } from './registration.js';

/** What an assertion is checked against, bytes in hex. */
export interface PasskeyMaterial {
  /** The challenge that was drawn for what is attempted; `null` when there is none. */
  readonly drawn: string | null;
  readonly userHandle: string | null;
  readonly passkeys:
    | readonly {
        readonly credentialId: string;
        readonly publicKey: string;
        readonly isBackupEligible: boolean;
      }[]
    | null;
}

/** What a browser is told of a passkey, to find it or to leave it out. */
export interface PasskeyDescriptor {
  readonly credentialId: Buffer;
  readonly transports: readonly string[];
}

export interface NewPasskey extends CreatedPasskey {
  readonly id: string;
  readonly userId: string;
  readonly rpId: string;
  readonly name: string;
  readonly at: Date;
}

@Injectable()
export class PasskeyRepository {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
  ) {}

  /** Of a user, the oldest first. */
  async describe(userId: string): Promise<PasskeyDescriptor[]> {
    const rows = await this.database.query<{ credentialId: string; transports: string[] }>(
      `SELECT encode(credential_id, 'hex') AS "credentialId", transports FROM ${this.tables.passkeys}
      WHERE user_id = $1 ORDER BY created_at, id`,
      [userId],
    );
    return rows.map(({ credentialId, transports }) => ({
      credentialId: Buffer.from(credentialId, 'hex'),
      transports,
    }));
  }

  /** {@link PasskeyMaterial} of the `subject`. Nothing is guessed at: it counts as one. */
  material(id?: string): Statement {
    const { accounts, passkeys } = this.tables;
    return {
      sql: `SELECT jsonb_build_object('drawn', encode(s.drawn, 'hex'),
          'userHandle', (SELECT encode(a.user_handle, 'hex') FROM ${accounts} a WHERE a.user_id = s.user_id),
          'passkeys', (SELECT jsonb_agg(jsonb_build_object('credentialId', encode(p.credential_id, 'hex'),
              'publicKey', encode(p.public_key, 'hex'), 'isBackupEligible', p.backup_eligible))
            FROM ${passkeys} p WHERE p.user_id = s.user_id AND p.id = coalesce($1::uuid, p.id))) AS material,
        1 AS guesses`,
      parameters: [id ?? null],
    };
  }

  /**
   * Yields `proof`: right, if the challenge is still the one that was read, and the counter has gone on, or never counts.
   * One that has gone back is a copy of a key that is bound to its device, and tells nothing of one that is synced.
   *
   * @param mayGoBack accepts a device-bound one as well
   */
  proof(
    userId: string,
    {
      checked,
      challenge,
      mayGoBack,
    }: {
      readonly checked: CheckedAssertion;
      readonly challenge: Buffer | undefined;
      readonly mayGoBack: boolean;
    },
  ): readonly NamedStatement[] {
    const isChecked = 'passkey' in checked;
    return [
      {
        name: 'own_passkey',
        sql: `SELECT p.user_id, p.backup_eligible, $3::bigint > p.counter OR ($3::bigint = 0 AND p.counter = 0) AS is_ahead
          FROM ${this.tables.passkeys} p JOIN subject s ON s.user_id = p.user_id
          WHERE p.user_id = $1 AND p.credential_id = $2::bytea FOR UPDATE OF p`,
        parameters: [
          userId,
          isChecked ? checked.passkey.credentialId : null,
          isChecked ? checked.data.counter : null,
        ],
      },
      {
        name: 'proof',
        sql: `SELECT s.user_id,
            $1::text IS NULL AND s.drawn IS NOT DISTINCT FROM $2::bytea
              AND coalesce(p.is_ahead OR p.backup_eligible OR $3::boolean, false) AS is_right,
            CASE WHEN $1::text IS NOT NULL THEN $1::text WHEN s.drawn IS DISTINCT FROM $2::bytea THEN 'replayed'
              WHEN p.user_id IS NULL THEN 'credential' WHEN NOT p.is_ahead THEN 'counter' ELSE 'wrong' END AS reason
          FROM subject s LEFT JOIN own_passkey p ON p.user_id = s.user_id`,
        parameters: [isChecked ? null : checked.reason, challenge ?? null, mayGoBack],
      },
    ];
  }

  /** Keeps what it has told of itself, for the user whose proof was `accepted`. A counter that went back stays. */
  use(userId: string, checked: CheckedAssertion, at: Date): readonly Statement[] {
    if ('reason' in checked) {
      return [];
    }
    const { passkey, data } = checked;
    return [
      {
        sql: `UPDATE ${this.tables.passkeys} p
          SET counter = greatest(p.counter, $3::bigint), backed_up = $4::boolean, last_used_at = $5::timestamptz
          FROM accepted a WHERE p.user_id = $1 AND p.user_id = a.user_id AND p.credential_id = $2::bytea`,
        parameters: [userId, passkey.credentialId, data.counter, data.isBackedUp, at],
      },
    ];
  }

  /** Yields `proof` of a registration: right, unless the account knows the passkey, or has as many as it may. */
  registrationProof(
    userId: string,
    {
      credentialId,
      atMost,
      reason,
    }: {
      readonly credentialId: Buffer | undefined;
      readonly atMost: number;
      readonly reason: RefusalReason | undefined;
    },
  ): readonly NamedStatement[] {
    return [
      {
        name: 'own_passkeys',
        sql: `SELECT count(*) AS known, coalesce(bool_or(p.credential_id = $2::bytea), false) AS is_known
          FROM ${this.tables.passkeys} p WHERE p.user_id = $1`,
        parameters: [userId, credentialId ?? null],
      },
      {
        name: 'proof',
        sql: `SELECT s.user_id, $1::text IS NULL AND NOT o.is_known AND o.known < $2::integer AS is_right,
            CASE WHEN $1::text IS NOT NULL THEN $1::text WHEN o.is_known THEN 'known' ELSE 'too_many' END AS reason
          FROM subject s CROSS JOIN own_passkeys o`,
        parameters: [reason ?? null, atMost],
      },
    ];
  }

  async add(transaction: TwoFactorTransaction, passkey: NewPasskey): Promise<void> {
    await transaction.query(
      `INSERT INTO ${this.tables.passkeys} (user_id, id, credential_id, public_key, counter, transports,
        backup_eligible, backed_up, aaguid, rp_id, name, created_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        passkey.userId,
        passkey.id,
        passkey.credentialId,
        passkey.publicKey,
        passkey.counter,
        passkey.transports,
        passkey.isBackupEligible,
        passkey.isBackedUp,
        passkey.aaguid,
        passkey.rpId,
        passkey.name,
        passkey.at,
      ],
    );
  }

  async removeAll(transaction: TwoFactorTransaction, userId: string): Promise<void> {
    await transaction.query(`DELETE FROM ${this.tables.passkeys} WHERE user_id = $1`, [userId]);
  }

  /** The first and the last domain that any passkey is for, by the index. */
  async rpIds(): Promise<readonly string[]> {
    const [row] = await this.database.query<{ first: string | null; last: string | null }>(
      `SELECT min(rp_id) AS first, max(rp_id) AS last FROM ${this.tables.passkeys}`,
    );
    return [...new Set([row?.first, row?.last])].filter((rpId) => typeof rpId === 'string');
  }
}
