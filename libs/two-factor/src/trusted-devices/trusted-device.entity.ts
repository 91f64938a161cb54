import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A browser or an application that is not asked for a factor again, for some days. */
@Entity('two_factor_trusted_devices')
export class TwoFactorTrustedDevice {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId!: string;

  /** Part of each of its tokens. */
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  /** The account's generation when it was made; under a later one it counts no more. A bigint, hence text. */
  @Column({ type: 'bigint' })
  generation!: string;

  /** SHA-256 of the whole newest token; the token itself is only with the client. */
  @Column({ name: 'token_hash', type: 'bytea' })
  tokenHash!: Buffer;

  /** Of the token before: it counts until the newest one is used, for answers get lost. */
  @Column({ name: 'previous_hash', type: 'bytea', nullable: true })
  previousHash!: Buffer | null;

  /** When the newest token was drawn. */
  @Column({ name: 'rotated_at', type: 'timestamptz' })
  rotatedAt!: Date;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  /** Absolute: no use moves it. */
  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  @Column({ name: 'last_used_at', type: 'timestamptz' })
  lastUsedAt!: Date;

  /** The factor that was passed when it was made. */
  @Column({ type: 'text' })
  method!: string;

  /** Of the last use. Shown, and nothing is decided by it. */
  @Column({ type: 'text', nullable: true })
  ip!: string | null;

  @Column({ name: 'user_agent', type: 'text', nullable: true })
  userAgent!: string | null;
}
