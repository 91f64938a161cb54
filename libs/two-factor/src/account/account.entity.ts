import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The one row of a user who has, or had, a second factor: sign-in, locks and challenges hang on it. */
@Entity('two_factor_accounts')
export class TwoFactorAccount {
  /** The host's id of the user, as text: the library does not know the host's users. */
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId!: string;

  /** Since when a factor is asked for; `null` when there is none, whatever else lies in the tables. */
  @Column({ name: 'enabled_at', type: 'timestamptz', nullable: true })
  enabledAt!: Date | null;

  /**
   * Grows in the commit of every change of factors. What was issued under an older one, an assurance for
   * instance, is dead without a sweep. A bigint, hence text.
   */
  @Column({ type: 'bigint', default: 0 })
  generation!: string;

  /** Where the next challenge goes, round and round, so that a user has a bounded number of them. */
  @Column({ name: 'challenge_slot', type: 'smallint', default: 0 })
  challengeSlot!: number;

  /** What authenticators know the user by: random, so that they never learn the host's id. Drawn with the first passkey. */
  @Column({ name: 'user_handle', type: 'bytea', nullable: true })
  userHandle!: Buffer | null;

  /** When a panic has last stopped the changes of factors, for a day. */
  @Column({ name: 'frozen_at', type: 'timestamptz', nullable: true })
  frozenAt!: Date | null;
}
