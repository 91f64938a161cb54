import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What stands between a sign-in and its session while a factor is missing that is due. It is no session. */
@Entity('two_factor_required_enrolments')
export class TwoFactorRequiredEnrolment {
  /** One of a user: a later sign-in takes its place. */
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId!: string;

  /** SHA-256 of the whole token; the token itself is only with the client. */
  @Column({ name: 'token_hash', type: 'bytea' })
  tokenHash!: Buffer;

  /** The account's generation then. Under a later one it is spent: factors have changed, by it or otherwise. A bigint, hence text. */
  @Column({ type: 'bigint' })
  generation!: string;

  /** Whether the sign-in has proved a factor. Only then one more is added without another proof. */
  @Column({ name: 'is_proved', type: 'boolean' })
  isProved!: boolean;

  /**
   * After a reset by support: the event since which all factors are lost, and they die with the new one. A factor that was used
   * since was not, and ends this. A bigint, hence text.
   */
  @Column({ name: 'lost_since', type: 'bigint', nullable: true })
  lostSince!: string | null;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;
}
