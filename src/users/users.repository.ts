import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { NamedStatement } from 'nestjs-two-factor';
import { Repository } from 'typeorm';
import { User } from './user.entity.js';

@Injectable()
export class UsersRepository {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  /** @param email in its normal form */
  findByEmail(email: string): Promise<User | null> {
    return this.users.findOneBy({ email });
  }

  findById(id: string): Promise<User | null> {
    return this.users.findOneBy({ id });
  }

  /** Creates an account unless the e-mail is taken, and yields its user as `accepted`. */
  create({
    email,
    passwordHash,
    at,
  }: {
    readonly email: string;
    readonly passwordHash: string;
    readonly at: Date;
  }): NamedStatement {
    return {
      name: 'accepted',
      sql: `INSERT INTO users (email, password_hash, created_at) VALUES ($1, $2, $3)
        ON CONFLICT (email) DO NOTHING RETURNING id::text AS user_id`,
      parameters: [email, passwordHash, at],
    };
  }
}
