import { ApiProperty } from '@nestjs/swagger';
import type { Authenticator, SecurityEvent } from 'nestjs-two-factor';
import { UserAnswer } from './answers.dto.js';

class ExportedEventAnswer {
  @ApiProperty({ type: String, format: 'date-time' })
  at!: Date;

  @ApiProperty({ type: String })
  type!: SecurityEvent['type'];

  @ApiProperty({ type: String, nullable: true })
  method!: SecurityEvent['method'];

  @ApiProperty({ type: String, enum: ['success', 'failure'] })
  outcome!: SecurityEvent['outcome'];

  @ApiProperty({ type: String, nullable: true })
  ip!: string | null;

  @ApiProperty({ type: String, nullable: true })
  userAgent!: string | null;
}

class ExportedAuthenticatorAnswer {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;

  @ApiProperty({ type: String })
  type!: Authenticator['type'];

  @ApiProperty({ type: String })
  name!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastUsedAt!: Date | null;
}

class ExportedTrustAnswer {
  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  lastUsedAt!: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  expiresAt!: Date;

  @ApiProperty({ type: String, nullable: true })
  ip!: string | null;

  @ApiProperty({ type: String, nullable: true })
  userAgent!: string | null;
}

/** What this backend knows of an account, but for its secrets. */
export class AccountExportAnswer {
  @ApiProperty({ type: UserAnswer })
  user!: UserAnswer;

  @ApiProperty({ type: String, format: 'date-time', description: 'When this session was signed in.' })
  signedInAt!: Date;

  @ApiProperty({ type: ExportedAuthenticatorAnswer, isArray: true })
  authenticators!: readonly ExportedAuthenticatorAnswer[];

  @ApiProperty({ type: ExportedTrustAnswer, isArray: true })
  trustedDevices!: readonly ExportedTrustAnswer[];

  @ApiProperty({ type: ExportedEventAnswer, isArray: true, description: 'All of them, oldest first.' })
  securityEvents!: readonly ExportedEventAnswer[];
}
