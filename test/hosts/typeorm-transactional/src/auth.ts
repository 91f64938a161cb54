import { randomUUID } from 'node:crypto';
import {
  type ArgumentsHost,
  Body,
  type CanActivate,
  Catch,
  Controller,
  type ExecutionContext,
  Get,
  HttpCode,
  Injectable,
  Post,
  Req,
  UnauthorizedException,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { JwtService } from '@nestjs/jwt';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Request, Response } from 'express';
import {
  type HostSession,
  type InSameCommit,
  type TwoFactorCaller,
  TwoFactorException,
  type TwoFactorHost,
  TwoFactorService,
  createTwoFactorController,
} from 'nestjs-two-factor';
import { DataSource, type EntityManager } from 'typeorm';
import { Transactional } from 'typeorm-transactional';

interface Caller {
  readonly id: number;
  readonly email: string;
  readonly sessionId: string;
  readonly signedInAt: Date;
}

interface SignedInRequest extends Request {
  caller: Caller;
}

interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** A session that is a row, and whose token names it. */
@Injectable()
export class Sessions {
  constructor(
    private readonly jwt: JwtService,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  prepare(): HostSession {
    const sid = randomUUID();
    return {
      id: sid,
      inSameCommit: [
        {
          sql: `INSERT INTO sessions (id, user_id, signed_in_at) SELECT $1::uuid, user_id::integer, now() FROM accepted`,
          parameters: [sid],
        },
      ],
      answerFor: async () => ({ accessToken: await this.jwt.signAsync({ sid }) }),
    };
  }

  async find(token: string): Promise<Caller> {
    const { sid } = await this.jwt.verifyAsync<{ sid: string }>(token).catch(() => {
      throw new UnauthorizedException();
    });
    const [caller] = await this.dataSource.query<Caller[]>(
      `SELECT u.id, u.email, s.id AS "sessionId", s.signed_in_at AS "signedInAt"
      FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1`,
      [sid],
    );
    if (caller === undefined) {
      throw new UnauthorizedException();
    }
    return caller;
  }
}

@Injectable()
export class SessionGuard implements CanActivate {
  constructor(private readonly sessions: Sessions) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<SignedInRequest>();
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    request.caller = await this.sessions.find(token);
    return true;
  }
}

@Injectable()
export class SecondFactorHost implements TwoFactorHost<SignedInRequest> {
  constructor(private readonly sessions: Sessions) {}

  callerOf({ caller: { id, email, sessionId, signedInAt } }: SignedInRequest): TwoFactorCaller {
    return { user: { id: String(id), label: email }, sessionId, authenticatedAt: signedInAt };
  }

  prepareSession(): HostSession {
    return this.sessions.prepare();
  }

  endSessions(
    { caller }: SignedInRequest,
    { keepCurrent }: { readonly keepCurrent: boolean },
  ): InSameCommit<EntityManager> {
    const kept = keepCurrent ? caller.sessionId : null;
    return (manager, userId) =>
      manager.query('DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2::uuid', [
        userId,
        kept,
      ]);
  }
}

export const TwoFactorController = createTwoFactorController<SignedInRequest>({
  path: 'auth/2fa',
  host: SecondFactorHost,
  guards: [SessionGuard],
});

/** What the library's own controller says by itself. */
@Catch(TwoFactorException)
class AnswerHeadersFilter extends BaseExceptionFilter<TwoFactorException> {
  override catch(error: TwoFactorException, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    if (error.retryAfterSeconds !== undefined) {
      response.setHeader('Retry-After', error.retryAfterSeconds);
    }
    if (error.getStatus() === 401) {
      response.setHeader('WWW-Authenticate', 'Bearer');
    }
    super.catch(error, host);
  }
}

@Controller()
export class AuthController {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly sessions: Sessions,
    private readonly twoFactor: TwoFactorService,
  ) {}

  /** Passwords in clear: this host is about something else. */
  @Post('register')
  async register(@Body() { email, password }: Credentials): Promise<void> {
    await this.dataSource.query('INSERT INTO users (email, password) VALUES ($1, $2)', [email, password]);
  }

  @Post('login')
  @Transactional()
  async login(@Body() { email, password }: Credentials): Promise<object> {
    const [user] = await this.dataSource.query<{ id: number }[]>(
      'SELECT id FROM users WHERE email = $1 AND password = $2',
      [email, password],
    );
    if (user === undefined) {
      throw new UnauthorizedException();
    }
    const userId = String(user.id);
    const session = this.sessions.prepare();
    const decision = await this.twoFactor.beginSignIn({ userId, inSameCommit: session.inSameCommit });
    if (decision.status === 'complete') {
      return session.answerFor(userId);
    }
    return decision.status === 'second_factor_required' ? decision.challenge : decision;
  }

  /** The sign-in as a host writes it by itself, in a transaction of its own around everything. */
  @Post('login/code')
  @HttpCode(200)
  @UseFilters(AnswerHeadersFilter)
  @Transactional()
  async answer(
    @Body() { challengeToken, ...proof }: { challengeToken: string; code?: string; backupCode?: string },
  ): Promise<object> {
    const session = this.sessions.prepare();
    const outcome = await this.twoFactor.completeSignIn({
      challengeToken,
      proof,
      sessionId: session.id,
      inSameCommit: session.inSameCommit,
    });
    return outcome.status === 'complete' ? session.answerFor(outcome.userId) : outcome;
  }

  @Get('me')
  @UseGuards(SessionGuard)
  me(@Req() { caller }: SignedInRequest): object {
    return { id: caller.id };
  }
}
