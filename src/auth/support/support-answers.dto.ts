import { ApiProperty } from '@nestjs/swagger';
import type { FactorMethod, ResetState, SecurityEvent } from 'nestjs-two-factor';
import { UserAnswer } from '../dto/answers.dto.js';
import { ROLES, type Role } from '../../users/role.js';

const STATES: Readonly<Record<ResetState, true>> = {
  requested: true,
  waiting: true,
  ready: true,
  cancelled: true,
  expired: true,
  signed_in: true,
  used: true,
};

export class ResetAnswer {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;

  @ApiProperty({ type: String, format: 'uuid', description: 'Whose factors are lost.' })
  userId!: string;

  @ApiProperty({
    type: String,
    enum: Object.keys(STATES),
    description: 'Asked for; approved and waiting; good for its code; or why it is over.',
  })
  state!: ResetState;

  @ApiProperty({ type: String, description: 'The account of who has asked.' })
  requestedBy!: string;

  @ApiProperty({ type: String })
  reason!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  requestedAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', description: 'The code counts from then on.' })
  readyAt!: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  expiresAt!: Date;

  @ApiProperty({ type: String, nullable: true })
  approvedBy!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  approvedAt!: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: Date | null;
}

export class ApprovedResetAnswer extends ResetAnswer {
  @ApiProperty({ type: String, description: 'For the user, together with the password; shown this once.' })
  resetCode!: string;
}

export class FoundAccountAnswer extends UserAnswer {
  @ApiProperty({ type: String, enum: ROLES })
  role!: Role;
}

class SeenBackupCodesAnswer {
  @ApiProperty({ type: Number })
  total!: number;

  @ApiProperty({ type: Number })
  remaining!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  generatedAt!: Date | null;
}

class SeenStatusAnswer {
  @ApiProperty({ type: Boolean })
  enabled!: boolean;

  @ApiProperty({ type: Boolean })
  pending!: boolean;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  enabledAt!: Date | null;

  @ApiProperty({ type: String, enum: ['passkey', 'totp', 'backup_code'], isArray: true })
  methods!: readonly FactorMethod[];

  @ApiProperty({ type: SeenBackupCodesAnswer })
  backupCodes!: SeenBackupCodesAnswer;
}

class SeenEventAnswer {
  @ApiProperty({ type: String, format: 'date-time' })
  at!: Date;

  @ApiProperty({ type: String })
  type!: SecurityEvent['type'];

  @ApiProperty({ type: String, nullable: true })
  method!: SecurityEvent['method'];

  @ApiProperty({ type: String, enum: ['success', 'failure'] })
  outcome!: SecurityEvent['outcome'];

  @ApiProperty({ type: String, nullable: true, description: 'Why it failed: the user is not told.' })
  reason!: SecurityEvent['reason'];

  @ApiProperty({ type: String, nullable: true })
  ip!: string | null;

  @ApiProperty({ type: String, nullable: true })
  userAgent!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Somebody of support who has done it.' })
  actor!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'And why.' })
  note!: string | null;
}

/** What support sees of an account. No secret, and no name of an authenticator. */
export class AccountViewAnswer {
  @ApiProperty({ type: SeenStatusAnswer })
  status!: SeenStatusAnswer;

  @ApiProperty({ type: SeenEventAnswer, isArray: true, description: 'The last fifty, newest first.' })
  events!: readonly SeenEventAnswer[];

  @ApiProperty({
    type: ResetAnswer,
    isArray: true,
    description: 'Those that are open first, then the newest.',
  })
  resets!: readonly ResetAnswer[];
}
