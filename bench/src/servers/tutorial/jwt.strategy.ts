import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { InjectRepository } from '@nestjs/typeorm';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { Repository } from 'typeorm';
import { JWT_SECRET } from './settings.js';
import { User } from './user.entity.js';

export interface TokenPayload {
  readonly sub: string;
  readonly email: string;
  readonly isTwoFactorAuthenticated: boolean;
}

/** Lets in who has any token: enough for the calls of the second factor. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    @Inject(JWT_SECRET) secret: string,
    @InjectRepository(User) private readonly users: Repository<User>,
  ) {
    super({ jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), secretOrKey: secret });
  }

  validate(payload: TokenPayload): Promise<User | null> {
    return this.users.findOneBy({ id: payload.sub });
  }
}

/** Lets in who has given the second factor, if there is one. */
@Injectable()
export class JwtTwoFactorStrategy extends PassportStrategy(Strategy, 'jwt-2fa') {
  constructor(
    @Inject(JWT_SECRET) secret: string,
    @InjectRepository(User) private readonly users: Repository<User>,
  ) {
    super({ jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), secretOrKey: secret });
  }

  async validate(payload: TokenPayload): Promise<User | null> {
    const user = await this.users.findOneBy({ id: payload.sub });
    return user !== null && (!user.isTwoFactorEnabled || payload.isTwoFactorAuthenticated) ? user : null;
  }
}
