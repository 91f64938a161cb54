import { Column, Entity, Index, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { User } from './user.entity.js';

@Entity('backup_codes')
export class BackupCode {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Index()
  @Column({ type: 'uuid' })
  userId!: string;

  @ManyToOne(() => User, (user) => user.backupCodes)
  user!: Relation<User>;

  @Column({ type: 'varchar' })
  hash!: string;

  @Column({ type: 'boolean', default: false })
  used!: boolean;
}
