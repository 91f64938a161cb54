import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A factor that waits to be confirmed, of whichever method. Nothing on the way of a sign-in reads it. */
@Entity('two_factor_enrolments')
export class TwoFactorEnrolment {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId!: string;

  /** One of a method waits at a time: a later one takes its place. */
  @PrimaryColumn({ type: 'text' })
  method!: string;

  /** Of the factor to be: what is sealed for it opens nowhere else. */
  @Column({ type: 'uuid' })
  id!: string;

  /** What its owner will call the factor. */
  @Column({ type: 'text' })
  name!: string;

  /** What becomes rows with the confirmation: for TOTP the secret, and the backup codes handed out with it. */
  @Column({ name: 'sealed_payload', type: 'text' })
  sealedPayload!: string;

  /** Whether a proof allowed it beside the factors that there are. */
  @Column({ type: 'boolean' })
  adds!: boolean;

  /** The factor that a proof allowed to replace; without a proof none. */
  @Column({ type: 'uuid', nullable: true })
  replaces!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;
}
