import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { RefusalReason } from '../errors/two-factor.errors.js';
import { HAS_ACTOR, NEEDS_PROOF } from '../sql/schema-conditions.js';
import type { SecurityEvent, SecurityEventType } from './security-event.js';

/** Something that happened to a second factor. Append-only: the database refuses changes. */
@Entity('two_factor_events')
@Index(['userId', 'id'], { where: NEEDS_PROOF })
@Index(['actor'], { where: HAS_ACTOR })
export class TwoFactorEventRecord {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId!: string;

  @PrimaryColumn({ type: 'bigint', generated: 'identity' })
  id!: string;

  @Column({ type: 'timestamptz' })
  at!: Date;

  @Column({ type: 'text' })
  type!: SecurityEventType;

  @Column({ type: 'text', nullable: true })
  method!: SecurityEvent['method'];

  @Column({ type: 'text' })
  outcome!: SecurityEvent['outcome'];

  @Column({ type: 'text', nullable: true })
  reason!: RefusalReason | null;

  @Column({ name: 'request_id', type: 'text', nullable: true })
  requestId!: string | null;

  @Column({ type: 'text', nullable: true })
  ip!: string | null;

  @Column({ name: 'user_agent', type: 'text', nullable: true })
  userAgent!: string | null;

  /** Who else than the user has made it: somebody of support. */
  @Column({ type: 'text', nullable: true })
  actor!: string | null;

  /** What they have given as their reason. */
  @Column({ type: 'text', nullable: true })
  note!: string | null;
}
