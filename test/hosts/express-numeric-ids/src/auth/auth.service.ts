import { randomBytes, randomUUID, scryptSync, timingSafeEqual } from 'node:crypto';
import { Injectable, UnauthorizedException } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { InjectRepository } from '@nestjs/typeorm';
// #region second factor
import { TwoFactorService } from 'nestjs-two-factor';
// #endregion
import { Repository } from 'typeorm';
import { Session } from '../users/session.entity';
import { User } from '../users/user.entity';

@Injectable()
export class AuthService {
  constructor(
    private readonly jwt: JwtService,
    @InjectRepository(User) private readonly users: Repository<User>,
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    // #region second factor
    private readonly twoFactor: TwoFactorService,
    // #endregion
  ) {}

  async register(email: string, password: string): Promise<{ id: number }> {
    const { id } = await this.users.save({ email, passwordHash: hash(password, randomBytes(16)) });
    return { id };
  }

  async isPassword(email: string, password: string): Promise<boolean> {
    const user = await this.users.findOneBy({ email });
    return user !== null && matches(password, user.passwordHash);
  }

  // #region second factor
  async login(email: string, password: string): Promise<object> {
    // #before   async login(email: string, password: string): Promise<{ accessToken: string }> {
    // #endregion
    const user = await this.users.findOneBy({ email });
    if (user === null || !matches(password, user.passwordHash)) {
      throw new UnauthorizedException();
    }
    const sessionId = randomUUID();
    // #region second factor
    const insert = {
      sql: `INSERT INTO sessions SELECT $1::uuid, user_id::integer, now() FROM accepted`,
      parameters: [sessionId],
    };
    const decision = await this.twoFactor.beginSignIn({ userId: String(user.id), inSameCommit: [insert] });
    if (decision.status !== 'complete') {
      return decision.status === 'second_factor_required' ? decision.challenge : decision;
    }
    // #before     await this.sessions.insert({ id: sessionId, userId: user.id, signedInAt: new Date() });
    // #endregion
    return { accessToken: await this.tokenFor(user.id, sessionId) };
  }

  /** A second door: nobody remembers who uses it. */
  async legacyLogin(email: string): Promise<{ accessToken: string }> {
    const user = await this.users.findOneByOrFail({ email });
    const id = randomUUID();
    await this.sessions.insert({ id, userId: user.id, signedInAt: new Date() });
    return { accessToken: await this.tokenFor(user.id, id) };
  }

  async tokenFor(userId: number, sessionId: string): Promise<string> {
    const { email } = await this.users.findOneByOrFail({ id: userId });
    return this.jwt.signAsync({ sub: userId, sid: sessionId, email });
  }
}

function hash(password: string, salt: Buffer): string {
  return `${salt.toString('hex')}:${scryptSync(password, salt, 32, { N: 1024 }).toString('hex')}`;
}

function matches(password: string, stored: string): boolean {
  const [salt = ''] = stored.split(':');
  return timingSafeEqual(Buffer.from(hash(password, Buffer.from(salt, 'hex'))), Buffer.from(stored));
}
