import { TWO_FACTOR_ENTITIES } from 'nestjs-two-factor/typeorm';
import { RefreshToken } from './auth/sessions/refresh-token.entity.js';
import { Session } from './auth/sessions/session.entity.js';
import { User } from './users/user.entity.js';

/** Every table that the application knows. Up here, so that `database` does not know of accounts. */
export const ENTITIES = [...TWO_FACTOR_ENTITIES, User, Session, RefreshToken] as const;
