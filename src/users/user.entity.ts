import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { Role } from './role.js';

/** An account. */
@Entity('users')
export class User {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  /** In its one normal form: see `normalEmail`. */
  @Column({ type: 'text', unique: true })
  email!: string;

  /** Argon2id, as a PHC string. */
  @Column({ name: 'password_hash', type: 'text' })
  passwordHash!: string;

  /** Given and taken by `npm run users:role`. */
  @Column({ type: 'text', default: 'user' })
  role!: Role;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
