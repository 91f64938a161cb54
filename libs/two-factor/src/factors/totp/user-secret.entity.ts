import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An authenticator app of a user. What is not confirmed yet is an enrolment, and not here. */
@Entity('two_factor_secrets')
export class UserSecret {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId!: string;

  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ name: 'sealed_secret', type: 'text' })
  sealedSecret!: string;

  /** The time step last accepted. It only grows (RFC 6238 §5.2). A bigint, hence text. */
  @Column({ name: 'last_used_step', type: 'bigint' })
  lastUsedStep!: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
