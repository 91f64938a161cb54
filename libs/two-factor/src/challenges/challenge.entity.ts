import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What stands between the password and the second factor. It is no session. */
@Entity('two_factor_challenges')
export class TwoFactorChallenge {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId!: string;

  /** One of a fixed number of places: the primary key bounds how many challenges a user has. */
  @PrimaryColumn({ type: 'smallint' })
  slot!: number;

  /** SHA-256 of the token; the token itself is only with the client. */
  @Column({ name: 'token_hash', type: 'bytea', unique: true })
  tokenHash!: Buffer;

  @Column({ type: 'smallint' })
  attempts!: number;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;
}
