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
import type { Request } from 'express';
import {
  type HostSession,
  type InSameCommit,
  type Statement,
  type TwoFactorCaller,
  type TwoFactorHost,
  TwoFactorService,
  createTwoFactorController,
} from 'nestjs-two-factor';
import { Pool, type PoolClient } from 'pg';
import { SESSION_STORES } from './session-store.js';

type Transaction = PoolClient;

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

const store = SESSION_STORES[process.env['SESSIONS_BY'] ?? 'pg']!;

/** Sessions that are rows, and whose tokens name them. */
@Injectable()
export class Sessions {
  private readonly pool = new Pool({ connectionString: process.env['DATABASE_URL'] });

  constructor(private readonly jwt: JwtService) {}

  async addUser(email: string, password: string): Promise<void> {
    await this.pool.query('INSERT INTO users (email, password) VALUES ($1, $2)', [email, password]);
  }

  async userOf(email: string, password: string): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ id: number }>(
      'SELECT id FROM users WHERE email = $1 AND password = $2',
      [email, password],
    );
    return rows[0] && String(rows[0].id);
  }

  prepare(): HostSession<Transaction> {
    const id = randomUUID();
    return {
      id,
      ...store.opening(id),
      answerFor: async () => ({ accessToken: await this.jwt.signAsync({ sid: id }) }),
    };
  }

  endAll(except: string | undefined): InSameCommit<Transaction> {
    return (client, userId) => store.endAll(client, Number(userId), { except });
  }

  async find(token: string): Promise<Caller> {
    const { sid } = await this.jwt.verifyAsync<{ sid: string }>(token).catch(() => {
      throw new UnauthorizedException();
    });
    const { rows } = await this.pool.query<Caller>(
      `SELECT u.id, u.email, s.id AS "sessionId", s.signed_in_at AS "signedInAt"
      FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1`,
      [sid],
    );
    if (rows[0] === undefined) {
      throw new UnauthorizedException();
    }
    return rows[0];
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

  prepareSession(): HostSession<Transaction> {
    return this.sessions.prepare();
  }

  endSessions(
    { caller }: SignedInRequest,
    { keepCurrent }: { readonly keepCurrent: boolean },
  ): InSameCommit<Transaction> {
    return this.sessions.endAll(keepCurrent ? caller.sessionId : undefined);
  }

  callerIsAlive({ caller }: SignedInRequest): Statement {
    return { sql: 'SELECT id FROM sessions WHERE id = $1::uuid', parameters: [caller.sessionId] };
  }
}

export const TwoFactorController = createTwoFactorController<SignedInRequest>({
  path: 'auth/2fa',
  host: SecondFactorHost,
  guards: [SessionGuard],
});

@Controller()
export class AuthController {
  constructor(
    private readonly sessions: Sessions,
    private readonly twoFactor: TwoFactorService,
  ) {}

  /** Passwords in clear: this host is about something else. */
  @Post('register')
  async register(@Body() { email, password }: Credentials): Promise<void> {
    await this.sessions.addUser(email, password);
  }

  @Post('login')
  async login(@Body() { email, password }: Credentials): Promise<object> {
    const userId = await this.sessions.userOf(email, password);
    if (userId === undefined) {
      throw new UnauthorizedException();
    }
    const session = this.sessions.prepare();
    const decision = await this.twoFactor.beginSignIn({ userId, inSameCommit: session.inSameCommit });
    if (decision.status === 'complete') {
      return session.answerFor(userId);
    }
    return decision.status === 'second_factor_required' ? decision.challenge : decision;
  }

  @Get('me')
  @UseGuards(SessionGuard)
  me(@Req() { caller }: SignedInRequest): object {
    return { id: caller.id };
  }
}
