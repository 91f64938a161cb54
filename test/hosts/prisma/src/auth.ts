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
import type { Prisma } from './generated/prisma/client.js';
import { PrismaService } from './prisma.service.js';

type Transaction = Prisma.TransactionClient;

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

/** Sessions that are rows, and whose tokens name them. */
@Injectable()
export class Sessions {
  constructor(
    private readonly prisma: PrismaService,
    private readonly jwt: JwtService,
  ) {}

  async addUser(email: string, password: string): Promise<void> {
    await this.prisma.user.create({ data: { email, password } });
  }

  async userOf(email: string, password: string): Promise<string | undefined> {
    const user = await this.prisma.user.findFirst({ where: { email, password } });
    return user === null ? undefined : String(user.id);
  }

  prepare(): HostSession<Transaction> {
    const id = randomUUID();
    return {
      id,
      inSameCommit: (tx, userId) => tx.session.create({ data: { id, userId: Number(userId) } }),
      answerFor: async () => ({ accessToken: await this.jwt.signAsync({ sid: id }) }),
    };
  }

  endAll(except: string | undefined): InSameCommit<Transaction> {
    const others = except === undefined ? {} : { id: { not: except } };
    return (tx, userId) => tx.session.deleteMany({ where: { userId: Number(userId), ...others } });
  }

  async find(token: string): Promise<Caller> {
    const { sid } = await this.jwt.verifyAsync<{ sid: string }>(token).catch(() => {
      throw new UnauthorizedException();
    });
    const session = await this.prisma.session.findUnique({ where: { id: sid }, include: { user: true } });
    if (session === null) {
      throw new UnauthorizedException();
    }
    const { id, email } = session.user;
    return { id, email, sessionId: session.id, signedInAt: session.signedInAt };
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

  prepareSession(): HostSession<Prisma.TransactionClient> {
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
