import { ApiProperty } from '@nestjs/swagger';
import type { SecurityEvent } from 'nestjs-two-factor';
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

/** What this backend knows of an account, but for its secrets. */
export class AccountExportAnswer {
  @ApiProperty({ type: UserAnswer })
  user!: UserAnswer;

  @ApiProperty({ type: String, format: 'date-time', description: 'When this session was signed in.' })
  signedInAt!: Date;

  @ApiProperty({ type: ExportedEventAnswer, isArray: true, description: 'The last fifty, newest first.' })
  securityEvents!: readonly ExportedEventAnswer[];
}
