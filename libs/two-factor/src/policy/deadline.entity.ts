import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Until when a user must have a factor, for each strength that was ever demanded. It is written once. */
@Entity('two_factor_deadlines')
export class TwoFactorDeadline {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId!: string;

  /** The methods of which one is enough, in the library's order, with commas between. */
  @PrimaryColumn({ type: 'text' })
  methods!: string;

  /** When it was demanded first. */
  @Column({ name: 'demanded_at', type: 'timestamptz' })
  demandedAt!: Date;

  @Column({ name: 'due_at', type: 'timestamptz' })
  dueAt!: Date;
}
