import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Statement } from 'nestjs-two-factor';
import { type EntityManager, Repository } from 'typeorm';
import type { Role } from './role.js';
import { User } from './user.entity.js';

/** What a sign-in needs to know of a user. */
export interface SignInUser {
  readonly id: string;
  readonly passwordHash: string;
  /** Whether the account has signed in from this address, as far as that is remembered. */
  readonly isKnown: boolean;
  /** And not so long ago that it has to be noted again. */
  readonly isNoted: boolean;
}

/** A user as a list of all shows it. */
export interface ListedUser {
  readonly id: string;
  readonly role: Role;
  /** Whether there is a session, or an address that is remembered: registering has left both, an import none. */
  readonly hasSignedIn: boolean;
}

const LISTED_AT_ONCE = 1000;

@Injectable()
export class UsersRepository {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  /** Yields a {@link SignInUser}, or nobody. @param email in its normal form */
  forSignIn({
    email,
    address,
    knownAfter,
    notedAfter,
  }: {
    readonly email: string;
    readonly address: string;
    readonly knownAfter: Date;
    readonly notedAfter: Date;
  }): Statement {
    return {
      sql: `SELECT u.id, u.password_hash AS "passwordHash", coalesce(a.signed_in_at > $3, false) AS "isKnown",
        coalesce(a.signed_in_at > $4, false) AS "isNoted"
        FROM users u LEFT JOIN sign_in_addresses a ON a.user_id = u.id AND a.address = $2 WHERE u.email = $1`,
      parameters: [email, address, knownAfter, notedAfter],
    };
  }

  /** Remembers where a user signs in from, and forgets what is too long ago. */
  async rememberAddress(
    manager: EntityManager,
    userId: string,
    {
      address,
      at,
      forgottenBefore,
    }: { readonly address: string; readonly at: Date; readonly forgottenBefore: Date },
  ): Promise<void> {
    await manager.query(
      `WITH remembered AS (
        INSERT INTO sign_in_addresses (user_id, address, signed_in_at) VALUES ($1, $2, $3)
        ON CONFLICT (user_id, address) DO UPDATE SET signed_in_at = excluded.signed_in_at)
      DELETE FROM sign_in_addresses WHERE user_id = $1 AND address <> $2 AND signed_in_at <= $4`,
      [userId, address, at, forgottenBefore],
    );
  }

  findById(id: string): Promise<User | null> {
    return this.users.findOneBy({ id });
  }

  /** Asked with every sign-in: the statement as it is costs half of what a repository makes of it. */
  async roleOf(id: string): Promise<Role | undefined> {
    const rows: { readonly role: Role }[] = await this.users.query('SELECT role FROM users WHERE id = $1', [
      id,
    ]);
    return rows[0]?.role;
  }

  /** Everybody, by id, read as it is needed. */
  async *all(): AsyncGenerator<ListedUser> {
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const rows: ListedUser[] = await this.users.query(
        `SELECT u.id, u.role, EXISTS (SELECT FROM sessions s WHERE s.user_id = u.id)
          OR EXISTS (SELECT FROM sign_in_addresses a WHERE a.user_id = u.id) AS "hasSignedIn"
        FROM users u WHERE u.id > $1 ORDER BY u.id LIMIT ${LISTED_AT_ONCE}`,
        [after],
      );
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined) {
        return;
      }
      after = last.id;
    }
  }

  /** Yields the user while a password hash that was read before is still its own. */
  ifPassword({ id, passwordHash }: Pick<SignInUser, 'id' | 'passwordHash'>): Statement {
    return {
      sql: 'SELECT id FROM users WHERE id = $1 AND password_hash = $2',
      parameters: [id, passwordHash],
    };
  }

  /** Whether a password hash that was read before is still the user's. */
  async hasPassword(manager: EntityManager, user: Pick<SignInUser, 'id' | 'passwordHash'>): Promise<boolean> {
    const { sql, parameters } = this.ifPassword(user);
    const rows: unknown[] = await manager.query(sql, [...parameters]);
    return rows.length > 0;
  }

  /** @returns whether it was changed: not when it is another one by now than the one that was read */
  async changePassword(
    manager: EntityManager,
    { id, passwordHash }: Pick<SignInUser, 'id' | 'passwordHash'>,
    nextHash: string,
  ): Promise<boolean> {
    const { affected } = await manager.update(User, { id, passwordHash }, { passwordHash: nextHash });
    return affected === 1;
  }

  /** @param email in its normal form. @returns whether there is such an account */
  async setRole(email: string, role: Role): Promise<boolean> {
    const { affected } = await this.users.update({ email }, { role });
    return affected === 1;
  }

  /** @param email in its normal form */
  findByEmail(email: string): Promise<User | null> {
    return this.users.findOneBy({ email });
  }

  /** Takes the account away, and with it its sessions and the addresses it has signed in from. */
  async remove(manager: EntityManager, id: string): Promise<void> {
    await manager.delete(User, { id });
  }

  /** @returns the id of the new account, or `undefined` when the e-mail is taken */
  async create(
    manager: EntityManager,
    { email, passwordHash, at }: { readonly email: string; readonly passwordHash: string; readonly at: Date },
  ): Promise<string | undefined> {
    const created = await manager
      .createQueryBuilder()
      .insert()
      .into(User)
      .values({ email, passwordHash, createdAt: at })
      .orIgnore()
      .returning(['id'])
      .execute();
    const rows: { id: string }[] = created.raw;
    return rows[0]?.id;
  }
}
