import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The guessing budget of one account and method. */
@Entity('two_factor_attempts')
export class TwoFactorAttemptRecord {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId!: string;

  @PrimaryColumn({ type: 'text' })
  method!: string;

  @Column({ name: 'failures_in_a_row', type: 'integer' })
  failuresInARow!: number;

  @Column({ name: 'failed_at', type: 'timestamptz', array: true })
  failedAt!: Date[];

  @Column({ name: 'blocked_until', type: 'timestamptz', nullable: true })
  blockedUntil!: Date | null;
}
