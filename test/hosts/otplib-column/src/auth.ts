import { randomUUID } from 'node:crypto';
import {
  Body,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  Post,
  Req,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { InjectRepository } from '@nestjs/typeorm';
import type { Request } from 'express';
import {
  type HostSession,
  type TwoFactorCaller,
  type TwoFactorHost,
  TwoFactorService,
  createTwoFactorController,
} from 'nestjs-two-factor';
import { Repository } from 'typeorm';
import { User } from './user.entity';

/** otplib 12. Typed by hand, for this repository's own compiler finds version 13. */
const { authenticator } = require('otplib') as {
  authenticator: { check(code: string, secret: string): boolean };
};

interface SignedInRequest extends Request {
  claims: { sub: number; email: string; jti: string; iat: number };
}

interface Login {
  readonly email: string;
  readonly password: string;
  readonly code?: string;
}

@Injectable()
export class TokenGuard implements CanActivate {
  constructor(private readonly jwt: JwtService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<SignedInRequest>();
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    request.claims = await this.jwt.verifyAsync<SignedInRequest['claims']>(token).catch(() => {
      throw new UnauthorizedException();
    });
    return true;
  }
}

@Injectable()
export class Tokens {
  constructor(
    private readonly jwt: JwtService,
    @InjectRepository(User) private readonly users: Repository<User>,
  ) {}

  async for(userId: number, jti: string = randomUUID()): Promise<{ accessToken: string }> {
    const { email } = await this.users.findOneByOrFail({ id: userId });
    return { accessToken: await this.jwt.signAsync({ sub: userId, email, jti }) };
  }
}

@Injectable()
export class ColumnHost implements TwoFactorHost<SignedInRequest> {
  constructor(private readonly tokens: Tokens) {}

  callerOf({ claims: { sub, email, jti, iat } }: SignedInRequest): TwoFactorCaller {
    return {
      user: { id: String(sub), label: email },
      sessionId: jti,
      authenticatedAt: new Date(iat * 1000),
    };
  }

  prepareSession(): HostSession {
    const id = randomUUID();
    return { id, answerFor: (userId) => this.tokens.for(Number(userId), id) };
  }
}

@Controller()
export class AuthController {
  constructor(
    private readonly tokens: Tokens,
    private readonly twoFactor: TwoFactorService,
    @InjectRepository(User) private readonly users: Repository<User>,
  ) {}

  @Post('register')
  async register(@Body() { email, password }: Login): Promise<void> {
    await this.users.insert({ email, password });
  }

  @Post('login')
  async login(@Body() { email, password }: Login): Promise<object> {
    const user = await this.#userBy(email, password);
    const decision = await this.twoFactor.beginSignIn({ userId: String(user.id) });
    if (decision.status === 'complete') {
      return this.tokens.for(user.id);
    }
    return decision.status === 'second_factor_required' ? decision.challenge : decision;
  }

  /** The sign-in as it was written by hand. It is here to show what the phones could do before. */
  @Post('old-login')
  async oldLogin(@Body() { email, password, code = '' }: Login): Promise<object> {
    const user = await this.#userBy(email, password);
    if (user.otpSecret !== null && !authenticator.check(code, user.otpSecret)) {
      throw new UnauthorizedException();
    }
    return this.tokens.for(user.id);
  }

  @Get('me')
  @UseGuards(TokenGuard)
  me(@Req() { claims }: SignedInRequest): object {
    return { id: claims.sub, email: claims.email };
  }

  async #userBy(email: string, password: string): Promise<User> {
    const user = await this.users.findOneBy({ email, password });
    if (user === null) {
      throw new UnauthorizedException();
    }
    return user;
  }
}

export const TwoFactorController = createTwoFactorController<SignedInRequest>({
  path: 'auth/2fa',
  host: ColumnHost,
  guards: [TokenGuard],
});
