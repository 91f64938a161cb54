import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { FactorMethod } from 'nestjs-two-factor';
import { ROLES, type Role } from '../../users/role.js';

const METHODS = ['passkey', 'totp', 'backup_code'] as const satisfies readonly FactorMethod[];

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

export class AuthenticatedAnswer extends TokensAnswer {
  @ApiProperty({ type: String, enum: ['authenticated'] })
  status!: 'authenticated';

  @ApiPropertyOptional({
    type: LoginTrustAnswer,
    description: 'The trusted device that stood in for the factor.',
  })
  trustedDevice?: LoginTrustAnswer;
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
}

export class MeAnswer extends UserAnswer {
  @ApiProperty({ type: String, enum: ROLES })
  role!: Role;

  @ApiProperty({ type: Boolean })
  twoFactorEnabled!: boolean;
}
