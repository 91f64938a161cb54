import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a notice gave its user to stop everything with. */
@Entity('two_factor_panic_tokens')
export class TwoFactorPanicToken {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId!: string;

  /** SHA-256 of the whole token; the token itself is only in the notice. */
  @PrimaryColumn({ name: 'token_hash', type: 'bytea' })
  tokenHash!: Buffer;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;
}
