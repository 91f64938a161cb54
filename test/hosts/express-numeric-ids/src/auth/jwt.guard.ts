import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { InjectRepository } from '@nestjs/typeorm';
import type { Request } from 'express';
import { Repository } from 'typeorm';
import { Session } from '../users/session.entity';

export interface SignedInRequest extends Request {
  currentUser: { id: number; email: string; session: Session };
}

/** The host's own guard, from long before there was a second factor. */
@Injectable()
export class JwtGuard implements CanActivate {
  constructor(
    private readonly jwt: JwtService,
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<SignedInRequest>();
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    const claims = await this.jwt
      .verifyAsync<{ sub: number; sid: string; email: string }>(token)
      .catch(() => undefined);
    const session = claims && (await this.sessions.findOneBy({ id: claims.sid }));
    if (!claims || !session) {
      throw new UnauthorizedException();
    }
    request.currentUser = { id: claims.sub, email: claims.email, session };
    return true;
  }
}
