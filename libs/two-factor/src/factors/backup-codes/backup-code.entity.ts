import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One backup code of a confirmed set. */
@Entity('two_factor_backup_codes')
export class BackupCode {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId!: string;

  /** Argon2id with the pepper, as a PHC string. All codes of a set share one salt. */
  @PrimaryColumn({ name: 'code_hash', type: 'text' })
  codeHash!: string;

  @Column({ name: 'pepper_id', type: 'text' })
  pepperId!: string;

  @Column({ name: 'used_at', type: 'timestamptz', nullable: true })
  usedAt!: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
