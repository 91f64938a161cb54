import { Controller, Delete, Get, HttpCode, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiData, ApiErrors, BODY_ERRORS, TOKEN_ERRORS } from '../../http/openapi.js';
import { CurrentSession } from '../current-session.decorator.js';
import { AccountSessions } from './account-sessions.service.js';
import { SessionAnswer } from './session-answer.dto.js';
import type { LiveSession } from './sessions.repository.js';

/** Where somebody is signed in, and the end of it. Ending takes away and gives nothing: a session is enough for it. */
@ApiTags('auth')
@ApiBearerAuth()
@Controller('auth/sessions')
export class SessionsController {
  constructor(private readonly sessions: AccountSessions) {}

  @Get()
  @ApiOperation({ operationId: 'list-sessions', summary: 'Where the account is signed in' })
  @ApiData([SessionAnswer], {
    isArray: true,
    description: 'This session first, then the one used last; a hundred at most',
  })
  @ApiErrors(...TOKEN_ERRORS)
  list(@CurrentSession() session: LiveSession): Promise<SessionAnswer[]> {
    return this.sessions.list(session);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'end-session', summary: 'End a session of the account' })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiNoContentResponse({ description: 'The session has ended' })
  @ApiErrors(...TOKEN_ERRORS, ...BODY_ERRORS, 'NOT_FOUND')
  end(@CurrentSession() session: LiveSession, @Param('id') id: string): Promise<void> {
    return this.sessions.end(session, id);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({
    operationId: 'end-other-sessions',
    summary: 'End all sessions of the account but this one',
  })
  @ApiNoContentResponse({ description: 'All other sessions have ended' })
  @ApiErrors(...TOKEN_ERRORS, ...BODY_ERRORS)
  endOthers(@CurrentSession() session: LiveSession): Promise<void> {
    return this.sessions.endOthers(session);
  }
}
