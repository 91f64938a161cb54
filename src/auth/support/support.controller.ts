import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type RequestContext, type SupportAction, TwoFactorSupport } from 'nestjs-two-factor';
import { ApiData, ApiErrors, BODY_ERRORS, TOKEN_ERRORS } from '../../http/openapi.js';
import { RequireTwoFactor } from '../require-two-factor.js';
import { Roles } from '../roles.guard.js';
import type { SignedInRequest } from '../two-factor.host.js';
import { AccountLookUp } from './account-look-up.service.js';
import {
  AccountViewAnswer,
  ApprovedResetAnswer,
  FoundAccountAnswer,
  ResetAnswer,
} from './support-answers.dto.js';
import { ReasonRequest, ResetRequest } from './support-requests.dto.js';

const DESK_ERRORS = [
  ...TOKEN_ERRORS,
  'AUTH_ROLE_REQUIRED',
  'TWO_FACTOR_REQUIRED',
  'TWO_FACTOR_ENROLMENT_REQUIRED',
  'TWO_FACTOR_STEP_UP_REQUIRED',
] as const;
const RESET_ID = { name: 'id', schema: { type: 'string', format: 'uuid' } } as const;

/** The desk: what support may do for somebody who has lost all factors. Each call wants a factor of the last quarter of an hour. */
@ApiTags('support')
@ApiBearerAuth()
@Controller('admin')
@Roles('support', 'admin')
@RequireTwoFactor({ maxAge: '15m' })
export class SupportController {
  constructor(
    private readonly support: TwoFactorSupport,
    private readonly lookUp: AccountLookUp,
  ) {}

  @Get('users')
  @ApiOperation({
    operationId: 'find-account',
    summary: 'Find an account by its e-mail address',
    description: 'Thirty a minute. It leaves an event at the account.',
  })
  @ApiQuery({ name: 'email', schema: { type: 'string', format: 'email', maxLength: 254 } })
  @ApiData([FoundAccountAnswer], { isArray: true, description: 'One, or none' })
  @ApiErrors(...DESK_ERRORS, 'RATE_LIMITED')
  async find(
    @Req() request: SignedInRequest,
    @Query('email') email: unknown,
  ): Promise<readonly FoundAccountAnswer[]> {
    const { actor, context } = by(request);
    const found = typeof email === 'string' ? await this.lookUp.find(email, { actor, context }) : null;
    return found === null ? [] : [{ id: found.id, email: found.email, role: found.role }];
  }

  @Get('2fa/users/:id')
  @ApiOperation({
    operationId: 'view-account',
    summary: 'The state and the record of an account, no secrets',
  })
  @ApiParam(RESET_ID)
  @ApiData([AccountViewAnswer])
  @ApiErrors(...DESK_ERRORS)
  async view(@Param('id') id: string): Promise<AccountViewAnswer> {
    const { status, events, resets } = await this.support.describe(id);
    return {
      status,
      resets,
      events: events.map((event) => {
        const { at, type, method, outcome, reason, ip, userAgent, actor, note } = event;
        return {
          at,
          type,
          method,
          outcome,
          reason,
          ip: ip ?? null,
          userAgent: userAgent ?? null,
          actor: actor ?? null,
          note: note ?? null,
        };
      }),
    };
  }

  @Get('2fa/resets')
  @ApiOperation({ operationId: 'list-resets', summary: 'Resets of support, those that are open first' })
  @ApiData([ResetAnswer], { isArray: true, description: 'A hundred at most' })
  @ApiErrors(...DESK_ERRORS)
  list(): Promise<readonly ResetAnswer[]> {
    return this.support.list();
  }

  @Post('2fa/resets')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'request-reset',
    summary: 'Ask for a reset of an account whose factors are lost',
    description:
      'Somebody else approves it. It waits a day from now on, three for an account with a passkey.',
  })
  @ApiData([ResetAnswer])
  @ApiErrors(
    ...DESK_ERRORS,
    ...BODY_ERRORS,
    'TWO_FACTOR_NOT_ENABLED',
    'TWO_FACTOR_RESET_OPEN',
    'TWO_FACTOR_RESET_OTHER_PERSON',
  )
  request(@Req() request: SignedInRequest, @Body() { userId, reason }: ResetRequest): Promise<ResetAnswer> {
    return this.support.request({ ...by(request), userId, reason });
  }

  @Post('2fa/resets/:id/approve')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'approve-reset',
    summary: 'Approve a reset that somebody else has asked for',
    description: 'Answers with the code for the user, this once.',
  })
  @ApiParam(RESET_ID)
  @ApiData([ApprovedResetAnswer])
  @ApiErrors(
    ...DESK_ERRORS,
    ...BODY_ERRORS,
    'TWO_FACTOR_RESET_UNKNOWN',
    'TWO_FACTOR_RESET_CLOSED',
    'TWO_FACTOR_RESET_OTHER_PERSON',
  )
  approve(
    @Req() request: SignedInRequest,
    @Param('id') id: string,
    @Body() { reason }: ReasonRequest,
  ): Promise<ApprovedResetAnswer> {
    return this.support.approve({ ...by(request), id, reason });
  }

  @Post('2fa/resets/:id/cancel')
  @HttpCode(200)
  @ApiOperation({ operationId: 'cancel-reset', summary: 'End a reset, approved or not' })
  @ApiParam(RESET_ID)
  @ApiData([ResetAnswer])
  @ApiErrors(...DESK_ERRORS, ...BODY_ERRORS, 'TWO_FACTOR_RESET_UNKNOWN', 'TWO_FACTOR_RESET_CLOSED')
  cancel(
    @Req() request: SignedInRequest,
    @Param('id') id: string,
    @Body() { reason }: ReasonRequest,
  ): Promise<ResetAnswer> {
    return this.support.cancel({ ...by(request), id, reason });
  }
}

function by({ user, id: requestId }: SignedInRequest): Pick<SupportAction, 'actor'> & {
  readonly context: RequestContext;
} {
  return { actor: user.userId, context: { requestId } };
}
