import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { NamedStatement, Statement } from 'nestjs-two-factor';
import { Repository } from 'typeorm';
import { User } from './user.entity.js';

/** What a sign-in needs to know of a user. */
export interface SignInUser {
  readonly id: string;
  readonly passwordHash: string;
  /** When the account last signed in from this address; `null` when that is not remembered. */
  readonly addressUsedAt: Date | null;
}

@Injectable()
export class UsersRepository {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  /** @param email in its normal form */
  async findForSignIn({
    email,
    address,
  }: {
    readonly email: string;
    readonly address: string;
  }): Promise<SignInUser | undefined> {
    const rows: SignInUser[] = await this.users.query(
      `SELECT u.id, u.password_hash AS "passwordHash", a.signed_in_at AS "addressUsedAt"
      FROM users u LEFT JOIN sign_in_addresses a ON a.user_id = u.id AND a.address = $2 WHERE u.email = $1`,
      [email, address],
    );
    return rows[0];
  }

  /** Remembers where the user that `accepted` yields signs in from, and forgets what is too long ago. */
  rememberAddress({
    address,
    at,
    forgottenBefore,
  }: {
    readonly address: string;
    readonly at: Date;
    readonly forgottenBefore: Date;
  }): readonly Statement[] {
    return [
      {
        sql: `INSERT INTO sign_in_addresses (user_id, address, signed_in_at)
          SELECT user_id::uuid, $1::text, $2::timestamptz FROM accepted
          ON CONFLICT (user_id, address) DO UPDATE SET signed_in_at = excluded.signed_in_at`,
        parameters: [address, at],
      },
      {
        sql: `DELETE FROM sign_in_addresses a USING accepted g
          WHERE a.user_id = g.user_id::uuid AND a.address <> $1::text AND a.signed_in_at <= $2::timestamptz`,
        parameters: [address, forgottenBefore],
      },
    ];
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
