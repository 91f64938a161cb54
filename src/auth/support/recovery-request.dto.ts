import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import { RESET_CODE_RULE, parseBackupCode } from 'nestjs-two-factor/codes';
import { LoginRequest } from '../dto/requests.dto.js';

export class RecoveryRequest extends LoginRequest {
  @ApiProperty({
    type: String,
    description: 'What support has given, in any case, with or without dashes.',
    example: 'A1B2C-D3E4F-G5H6J',
  })
  @ValidateBy({
    name: 'isResetCode',
    validator: {
      validate: (value: unknown) => parseBackupCode(value) !== undefined,
      defaultMessage: () => RESET_CODE_RULE,
    },
  })
  resetCode!: string;
}
