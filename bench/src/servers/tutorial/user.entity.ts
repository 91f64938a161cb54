import { Column, Entity, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { BackupCode } from './backup-code.entity.js';

@Entity('users')
export class User {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ type: 'varchar', unique: true })
  email!: string;

  @Column({ type: 'varchar' })
  password!: string;

  @Column({ type: 'varchar', nullable: true })
  twoFactorSecret!: string | null;

  @Column({ type: 'boolean', default: false })
  isTwoFactorEnabled!: boolean;

  @OneToMany(() => BackupCode, (code) => code.user)
  backupCodes!: Relation<BackupCode>[];
}
