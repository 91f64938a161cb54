import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A WebAuthn challenge that was drawn for somebody who is signed in. One for each purpose: a later one takes its place.
 * That of a sign-in lies in the row of its challenge.
 */
@Entity('two_factor_ceremonies')
export class TwoFactorCeremony {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId!: string;

  /** To `register` a passkey, or to `prove` one in another call. */
  @PrimaryColumn({ type: 'text' })
  purpose!: string;

  /** The host's name of the session it was drawn in; no other one can use it. */
  @Column({ name: 'session_id', type: 'text' })
  sessionId!: string;

  @Column({ type: 'bytea' })
  challenge!: Buffer;

  /** To register: the account's generation when a factor was proved; `null` when there was none. A bigint, hence text. */
  @Column({ type: 'bigint', nullable: true })
  generation!: string | null;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;
}
