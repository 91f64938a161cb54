import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A refresh token of a session. A spent one stays, so that its reuse is noticed and ends the session. */
@Entity('refresh_tokens')
export class RefreshToken {
  /** SHA-256 of the token; the token itself is only with the client. */
  @PrimaryColumn({ name: 'token_hash', type: 'bytea' })
  tokenHash!: Buffer;

  @Index('refresh_tokens_session_id')
  @Column({ name: 'session_id', type: 'uuid' })
  sessionId!: string;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  @Column({ name: 'spent_at', type: 'timestamptz', nullable: true })
  spentAt!: Date | null;
}
