import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { AuthenticatorMethod, FactorMethod } from 'nestjs-two-factor';
import { ROLES, type Role } from '../../users/role.js';

const METHODS = ['passkey', 'totp', 'backup_code'] as const satisfies readonly FactorMethod[];

const AUTHENTICATORS = ['passkey', 'totp'] as const satisfies readonly AuthenticatorMethod[];

export class TokensAnswer {
  @ApiProperty({ type: String, description: 'A JWT for `Authorization: Bearer`.' })
  accessToken!: string;

  @ApiProperty({ type: String, description: 'Opaque; works once.' })
  refreshToken!: string;

  @ApiProperty({ type: String, enum: ['Bearer'] })
  tokenType!: 'Bearer';

  @ApiProperty({ type: Number, description: 'Seconds the access token lives.' })
  expiresIn!: number;
}

export class UserAnswer {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;

  @ApiProperty({ type: String })
  email!: string;
}

export class RegisterAnswer extends TokensAnswer {
  @ApiProperty({ type: UserAnswer })
  user!: UserAnswer;
}

export class LoginTrustAnswer {
  @ApiProperty({ type: Date })
  expiresAt!: Date;

  @ApiPropertyOptional({ type: String, description: 'For applications that send `Two-Factor-Trust`.' })
  token?: string;
}

export class LoginDueEnrolment {
  @ApiProperty({ type: Date, description: 'From then on a sign-in opens no session without it.' })
  dueAt!: Date;

  @ApiProperty({
    type: String,
    enum: AUTHENTICATORS,
    isArray: true,
    description: 'Any one of these is enough.',
  })
  methods!: readonly AuthenticatorMethod[];
}

export class AuthenticatedAnswer extends TokensAnswer {
  @ApiProperty({ type: String, enum: ['authenticated'] })
  status!: 'authenticated';

  @ApiPropertyOptional({
    type: LoginTrustAnswer,
    description: 'The trusted device that stood in for the factor.',
  })
  trustedDevice?: LoginTrustAnswer;

  @ApiProperty({
    type: LoginDueEnrolment,
    nullable: true,
    description: 'A factor that a policy wants and that is missing; null when nothing is.',
  })
  enrolment!: LoginDueEnrolment | null;
}

export class LoginEnrolmentAnswer {
  @ApiProperty({ type: String, enum: ['two_factor_enrolment_required'] })
  status!: 'two_factor_enrolment_required';

  @ApiProperty({ type: String, description: 'For `POST /auth/2fa/enrolment/…`, and for nothing else.' })
  enrolmentToken!: string;

  @ApiProperty({ type: Number, description: 'Seconds the token lives.' })
  expiresIn!: number;

  @ApiProperty({ type: String, enum: AUTHENTICATORS, isArray: true })
  methods!: readonly AuthenticatorMethod[];
}

export class LoginLock {
  @ApiProperty({ type: String, enum: METHODS })
  method!: FactorMethod;

  @ApiProperty({ type: Number, description: 'Whole seconds until it takes an attempt again.' })
  retryAfterSeconds!: number;
}

export class TwoFactorRequiredAnswer {
  @ApiProperty({ type: String, enum: ['two_factor_required'] })
  status!: 'two_factor_required';

  @ApiProperty({ type: String, description: 'For `POST /auth/2fa/verify`, and for nothing else.' })
  challengeToken!: string;

  @ApiProperty({ type: Number, description: 'Seconds the challenge lives.' })
  expiresIn!: number;

  @ApiProperty({ type: String, enum: METHODS, isArray: true })
  methods!: readonly FactorMethod[];

  @ApiProperty({
    type: Number,
    description: 'For so many days `trustDevice: true` has the device trusted; 0 when it cannot be.',
  })
  trustedDeviceDays!: number;

  @ApiProperty({
    type: LoginLock,
    isArray: true,
    description: 'Methods that take no attempt yet, after too many wrong ones.',
  })
  locks!: readonly LoginLock[];
}

export class MeAnswer extends UserAnswer {
  @ApiProperty({ type: String, enum: ROLES })
  role!: Role;

  @ApiProperty({ type: Boolean })
  twoFactorEnabled!: boolean;
}
