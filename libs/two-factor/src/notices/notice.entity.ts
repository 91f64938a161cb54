import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { IS_TRIED } from '../sql/schema-conditions.js';
import type { Notice, NoticeType } from '../options/notice-sink.js';

/** What a user has still to be told. It goes when the host has it. */
@Entity('two_factor_notices')
@Index(['dueAt'], { where: IS_TRIED })
export class TwoFactorNotice {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId!: string;

  /** The order in which the user is told. */
  @PrimaryColumn({ type: 'bigint', generated: 'identity' })
  number!: string;

  /** What the host knows a repeat by. */
  @Column({ type: 'uuid' })
  id!: string;

  @Column({ type: 'text' })
  type!: NoticeType;

  @Column({ type: 'text', nullable: true })
  method!: Notice['method'];

  /** When it happened. */
  @Column({ type: 'timestamptz' })
  at!: Date;

  @Column({ type: 'text', nullable: true })
  ip!: string | null;

  @Column({ name: 'user_agent', type: 'text', nullable: true })
  userAgent!: string | null;

  /** Of the backup codes, when few are left. */
  @Column({ type: 'smallint', nullable: true })
  remaining!: number | null;

  /** How often it was handed to the host. */
  @Column({ type: 'smallint', default: 0 })
  tries!: number;

  /** When it is handed out next; for one that is being handed out, when its lease ends. */
  @Column({ name: 'due_at', type: 'timestamptz' })
  dueAt!: Date;
}
