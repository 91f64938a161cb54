import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';

export interface SignedInRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  user: { id: number; email: string; sessionId: string; signedInAt: Date };
}

interface Claims {
  readonly sub: number;
  readonly email: string;
  readonly jti: string;
  readonly iat: number;
}

@Injectable()
export class JwtGuard implements CanActivate {
  constructor(private readonly jwt: JwtService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<SignedInRequest>();
    const token = request.headers['authorization']?.replace('Bearer ', '') ?? '';
    const claims = await this.jwt.verifyAsync<Claims>(token).catch(() => {
      throw new UnauthorizedException();
    });
    const { sub: id, email, jti: sessionId, iat } = claims;
    request.user = { id, email, sessionId, signedInAt: new Date(iat * 1000) };
    return true;
  }
}
