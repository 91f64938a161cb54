import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** An authenticator app of a user. What is not confirmed yet is an enrolment, and not here. */
@Entity('two_factor_secrets')
@Unique(['userId', 'secretTag'])
export class UserSecret {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId!: string;

  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  /** As its owner calls it. */
  @Column({ type: 'text' })
  name!: string;

  @Column({ name: 'sealed_secret', type: 'text' })
  sealedSecret!: string;

  /** Keyed, by the key that seals: a user has no secret twice. */
  @Column({ name: 'secret_tag', type: 'text' })
  secretTag!: string;

  /** The time step last accepted. It only grows (RFC 6238 §5.2). A bigint, hence text. */
  @Column({ name: 'last_used_step', type: 'bigint' })
  lastUsedStep!: string;

  @Column({ name: 'last_used_at', type: 'timestamptz', nullable: true })
  lastUsedAt!: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
