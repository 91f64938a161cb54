import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** What stands between the password and the second factor. It is no session. */
@Entity('two_factor_challenges')
@Unique(['userId', 'tokenHash'])
export class TwoFactorChallenge {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId!: string;

  /** One of a fixed number of places: the primary key bounds how many challenges a user has. */
  @PrimaryColumn({ type: 'smallint' })
  slot!: number;

  /** SHA-256 of the whole token; the token itself is only with the client. */
  @Column({ name: 'token_hash', type: 'bytea' })
  tokenHash!: Buffer;

  @Column({ type: 'smallint' })
  attempts!: number;

  /** The WebAuthn challenge that was drawn last to answer it with a passkey. Any attempt spends it. */
  @Column({ name: 'webauthn_challenge', type: 'bytea', nullable: true })
  webauthnChallenge!: Buffer | null;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;
}
