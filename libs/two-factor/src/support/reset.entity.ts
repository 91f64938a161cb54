import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { IS_OPEN, RESET_CHECKS } from '../sql/schema-conditions.js';

/** What support does for somebody who has lost all factors: asked by one, approved by another, and not at once. */
@Entity('two_factor_resets')
@Index(['userId'], { unique: true, where: IS_OPEN })
@Check('two_factor_reset_people', RESET_CHECKS.people)
@Check('two_factor_reset_wait', RESET_CHECKS.wait)
@Check('two_factor_reset_code', RESET_CHECKS.code)
export class TwoFactorReset {
  /** Whose factors are lost. */
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId!: string;

  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ name: 'requested_by', type: 'text' })
  requestedBy!: string;

  /** In the words of the one who has asked. */
  @Column({ type: 'text' })
  note!: string;

  @Column({ name: 'requested_at', type: 'timestamptz' })
  requestedAt!: Date;

  /** The user's last event by then. A factor that was used since has ended the reset. A bigint, hence text. */
  @Column({ name: 'after_event', type: 'bigint' })
  afterEvent!: string;

  /** The code counts from then on. Nothing moves it. */
  @Column({ name: 'ready_at', type: 'timestamptz' })
  readyAt!: Date;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  @Column({ name: 'approved_by', type: 'text', nullable: true })
  approvedBy!: string | null;

  @Column({ name: 'approved_at', type: 'timestamptz', nullable: true })
  approvedAt!: Date | null;

  /** As those of backup codes. */
  @Column({ name: 'code_hash', type: 'text', nullable: true })
  codeHash!: string | null;

  @Column({ name: 'pepper_id', type: 'text', nullable: true })
  pepperId!: string | null;

  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true })
  endedAt!: Date | null;

  /** Who has cancelled it. */
  @Column({ name: 'ended_by', type: 'text', nullable: true })
  endedBy!: string | null;

  @Column({ type: 'text', nullable: true })
  outcome!: string | null;
}
