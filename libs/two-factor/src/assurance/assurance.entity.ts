import { Column, Entity, PrimaryColumn } from 'typeorm';

/** That a session of the host's passed a factor, and when. */
@Entity('two_factor_assurances')
export class TwoFactorAssurance {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId!: string;

  /** The host's name of the session: its id, or what identifies a stateless token. */
  @PrimaryColumn({ name: 'session_id', type: 'text' })
  sessionId!: string;

  @PrimaryColumn({ type: 'text' })
  method!: string;

  /** Whether the authenticator has asked for more than a touch: a PIN, a finger, a face. */
  @Column({ name: 'user_verified', type: 'boolean', default: false })
  userVerified!: boolean;

  @Column({ name: 'passed_at', type: 'timestamptz' })
  passedAt!: Date;

  /** The account's generation then; under a later one it counts no more. A bigint, hence text. */
  @Column({ type: 'bigint' })
  generation!: string;
}
