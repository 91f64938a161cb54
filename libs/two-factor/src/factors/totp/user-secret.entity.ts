import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** Which columns the state fills, so that nothing half-enabled can be written. */
export const STATE_COLUMNS = `CASE state
  WHEN 'pending' THEN sealed_backup_codes IS NOT NULL AND expires_at IS NOT NULL
    AND last_used_step IS NULL AND enabled_at IS NULL
  WHEN 'active' THEN sealed_backup_codes IS NULL AND expires_at IS NULL AND replaces IS NULL
    AND last_used_step IS NOT NULL AND enabled_at IS NOT NULL
  ELSE false END`;

/** An authenticator of a user: the active one, or the one that waits to be confirmed. */
@Entity('user_secrets')
@Unique(['userId', 'state'])
// Named here too: a host's `migration:generate` drops every constraint that no entity knows.
@Check('user_secrets_state_columns', STATE_COLUMNS)
export class UserSecret {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  /** The host's id of the user, as text: the library does not know the host's users. */
  @Column({ name: 'user_id', type: 'text' })
  userId!: string;

  @Column({ type: 'text' })
  state!: 'pending' | 'active';

  @Column({ name: 'sealed_secret', type: 'text' })
  sealedSecret!: string;

  /** Pending only: the codes that become rows when the authenticator is confirmed. */
  @Column({ name: 'sealed_backup_codes', type: 'text', nullable: true })
  sealedBackupCodes!: string | null;

  /** Pending only: the active secret that a proof allowed it to replace. */
  @Column({ type: 'uuid', nullable: true })
  replaces!: string | null;

  /** Active only: the time step last accepted. It only grows (RFC 6238 §5.2). A bigint, hence text. */
  @Column({ name: 'last_used_step', type: 'bigint', nullable: true })
  lastUsedStep!: string | null;

  /** Where the next challenge goes, round and round, so that a user has a bounded number of them. */
  @Column({ name: 'challenge_slot', type: 'smallint', default: 0 })
  challengeSlot!: number;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt!: Date | null;

  @Column({ name: 'enabled_at', type: 'timestamptz', nullable: true })
  enabledAt!: Date | null;
}
