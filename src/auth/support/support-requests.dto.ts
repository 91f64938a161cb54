import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import { LONGEST_RESET_REASON, RESET_REASON_RULE, parseResetReason } from 'nestjs-two-factor/codes';

/** As the database writes them: one account has one spelling here. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const IsReason = (): PropertyDecorator =>
  ValidateBy({
    name: 'isReason',
    validator: {
      validate: (value: unknown) => parseResetReason(value) !== undefined,
      defaultMessage: () => RESET_REASON_RULE,
    },
  });

/** Why something is done, for the record: the ticket, and how it was shown who asks. */
export class ReasonRequest {
  @ApiProperty({
    type: String,
    maxLength: LONGEST_RESET_REASON,
    example: 'Ticket 4711, identity shown by video',
  })
  @IsReason()
  reason!: string;
}

export class ResetRequest extends ReasonRequest {
  @ApiProperty({ type: String, format: 'uuid', description: 'Whose factors are lost.' })
  @ValidateBy({
    name: 'isUserId',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && UUID.test(value),
      defaultMessage: () => 'userId must be a UUID in lower case',
    },
  })
  userId!: string;
}
