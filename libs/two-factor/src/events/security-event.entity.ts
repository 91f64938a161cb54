import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { RefusalReason } from '../errors/two-factor.errors.js';
import { NEEDS_PROOF } from '../sql/schema.js';
import type { SecurityEvent, SecurityEventType } from './security-event.js';

/** Something that happened to a second factor. Append-only: the database refuses changes. */
@Entity('two_factor_events')
@Index(['userId', 'id'], { where: NEEDS_PROOF })
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
}
