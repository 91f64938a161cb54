import { Injectable } from '@nestjs/common';
import { argon2id, hash, verify } from 'argon2';
import { Argon2Pool, type Argon2Room } from 'nestjs-two-factor';
import { normalPassword } from './password.js';

/** OWASP's Argon2id parameters; memory in KiB. */
const PARAMETERS = { type: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Passwords, hashed in the same bounded pool as backup codes. */
@Injectable()
export class PasswordHasher {
  /** Verified against when there is no such user, so that the answer takes the same time. */
  readonly #dummyHash: Promise<string>;

  constructor(private readonly pool: Argon2Pool) {
    this.#dummyHash = this.hash('no account has this password');
  }

  /** @returns a PHC string. @throws TwoFactorException `SERVICE_UNAVAILABLE` when too many wait already */
  hash(password: string): Promise<string> {
    return this.pool.keepingRoom({ kind: 'sign_in', computations: 1 }, (room) => this.hashIn(room, password));
  }

  /** The same, where room is kept for it. */
  async hashIn(room: Argon2Room, password: string): Promise<string> {
    const [phc = ''] = await room.run([() => hash(normalPassword(password), PARAMETERS)]);
    return phc;
  }

  /** Takes the same time whether there is a hash or not. @param room where the one computation is run */
  async verify(passwordHash: string | undefined, password: string, room: Argon2Room): Promise<boolean> {
    const phc = passwordHash ?? (await this.#dummyHash);
    const [isRight = false] = await room.run([() => verify(phc, normalPassword(password))]);
    return isRight && passwordHash !== undefined;
  }
}
