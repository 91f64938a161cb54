import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { FactorMethod } from 'nestjs-two-factor';

const METHODS = ['totp', 'backup_code'] as const satisfies readonly FactorMethod[];
const METHOD_LIST = { type: String, enum: METHODS, isArray: true } as const;

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

export class AuthenticatedAnswer extends TokensAnswer {
  @ApiProperty({ type: String, enum: ['authenticated'] })
  status!: 'authenticated';
}

export class TwoFactorRequiredAnswer {
  @ApiProperty({ type: String, enum: ['two_factor_required'] })
  status!: 'two_factor_required';

  @ApiProperty({ type: String, description: 'For `POST /auth/2fa/verify`, and for nothing else.' })
  challengeToken!: string;

  @ApiProperty({ type: Number, description: 'Seconds the challenge lives.' })
  expiresIn!: number;

  @ApiProperty(METHOD_LIST)
  methods!: readonly FactorMethod[];
}

export class MeAnswer extends UserAnswer {
  @ApiProperty({ type: Boolean })
  twoFactorEnabled!: boolean;
}

export class BackupCodesStatus {
  @ApiProperty({ type: Number })
  total!: number;

  @ApiProperty({ type: Number })
  remaining!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  generatedAt!: Date | null;
}

export class StatusAnswer {
  @ApiProperty({ type: Boolean })
  enabled!: boolean;

  @ApiProperty({ type: Boolean, description: 'Whether a setup waits to be confirmed.' })
  pending!: boolean;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  enabledAt!: Date | null;

  @ApiProperty(METHOD_LIST)
  methods!: readonly FactorMethod[];

  @ApiProperty({ type: BackupCodesStatus })
  backupCodes!: BackupCodesStatus;
}

export class SetupAnswer {
  @ApiProperty({
    type: String,
    minLength: 32,
    maxLength: 32,
    description: 'The shared secret, base32 without padding.',
  })
  secret!: string;

  @ApiProperty({ type: String, description: 'The QR code: a PNG as a `data:` URI, for an `<img src>`.' })
  qrCodeUri!: string;

  @ApiProperty({
    type: String,
    isArray: true,
    minItems: 10,
    maxItems: 10,
    description: 'They work once the setup is confirmed.',
  })
  backupCodes!: readonly string[];

  @ApiProperty({ type: String, description: 'The Key URI in the QR code.' })
  otpauthUri!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When the setup is void unless confirmed.' })
  expiresAt!: Date;
}

export class EnableAnswer extends TokensAnswer {
  @ApiProperty({ type: Boolean, enum: [true] })
  enabled!: true;

  @ApiProperty({ type: String, format: 'date-time' })
  enabledAt!: Date;

  @ApiProperty({ type: Number })
  backupCodesRemaining!: number;
}

export class VerifyAnswer extends AuthenticatedAnswer {
  @ApiProperty({ type: String, enum: METHODS })
  method!: FactorMethod;

  @ApiPropertyOptional({
    type: String,
    isArray: true,
    minItems: 10,
    maxItems: 10,
    description:
      'Ten backup codes, shown this once: with a one-time code of a user who has none, such as an imported one.',
  })
  backupCodes?: readonly string[];
}

export class BackupCodesAnswer {
  @ApiProperty({ type: String, isArray: true, minItems: 10, maxItems: 10 })
  backupCodes!: readonly string[];
}

export class DisableAnswer {
  @ApiProperty({ type: Boolean, enum: [false] })
  enabled!: false;
}

export class SecurityEventAnswer {
  @ApiProperty({ type: String, format: 'date-time' })
  at!: Date;

  @ApiProperty({ type: String })
  type!: string;

  @ApiProperty({ type: String, enum: [...METHODS, 'password'], nullable: true })
  method!: string | null;

  @ApiProperty({ type: String, enum: ['success', 'failure'] })
  outcome!: string;

  @ApiProperty({ type: String, nullable: true })
  ip!: string | null;

  @ApiProperty({ type: String, nullable: true })
  userAgent!: string | null;
}
