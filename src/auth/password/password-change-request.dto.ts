import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ValidateBy, ValidateIf, type ValidationArguments } from 'class-validator';
import {
  BACKUP_CODE_RULE,
  ONE_TIME_CODE_RULE,
  parseBackupCode,
  parseOneTimeCode,
} from 'nestjs-two-factor/codes';
import { PASSWORD_LENGTH, isNewPassword, isPasswordText } from '../../users/password.js';

/** A rule of one field. */
function Is(
  name: string,
  validate: (value: unknown, args?: ValidationArguments) => boolean,
  message: string,
): PropertyDecorator {
  return ValidateBy({ name, validator: { validate, defaultMessage: () => message } });
}

/** Only what is left out is left out: `null` is not. */
const IfGiven = (): PropertyDecorator => ValidateIf((_, value: unknown) => value !== undefined);

/** Before the password is looked at: two proofs are no attempt. */
const IsOnlyProof = (): PropertyDecorator =>
  Is('isOnlyProof', (_, args) => proofsIn(args?.object) === 1, 'give one of code, backupCode and passkey');

/** The proof, one of the three, while a second factor is on. */
export class PasswordChangeRequest {
  @ApiProperty({ type: String, maxLength: PASSWORD_LENGTH.maxLength })
  @Is('isPasswordText', isPasswordText, 'currentPassword must be text of at most 128 characters')
  currentPassword!: string;

  @ApiProperty({ type: String, ...PASSWORD_LENGTH, example: 'another horse, another battery' })
  @Is('isNewPassword', isNewPassword, 'newPassword must be text of 12 to 128 characters')
  newPassword!: string;

  @ApiPropertyOptional({
    type: String,
    description: 'Six digits, as the authenticator shows them; spaces do not matter.',
    example: '123456',
  })
  @Is('isOneTimeCode', (value) => parseOneTimeCode(value) !== undefined, ONE_TIME_CODE_RULE)
  @IfGiven()
  code?: string;

  @ApiPropertyOptional({
    type: String,
    description: 'A backup code, in any case, with or without dashes.',
    example: 'A1B2C-D3E4F-G5H6J',
  })
  @Is('isBackupCode', (value) => parseBackupCode(value) !== undefined, BACKUP_CODE_RULE)
  @IsOnlyProof()
  @IfGiven()
  backupCode?: string;

  @ApiPropertyOptional({
    allOf: [{ $ref: '#/components/schemas/PasskeyAssertion' }],
    description:
      'What `PublicKeyCredential.toJSON()` gives after `navigator.credentials.get()`, with options drawn for this call.',
  })
  @Is('isObject', isObject, 'passkey must be an object')
  @IsOnlyProof()
  @IfGiven()
  passkey?: object;
}

function proofsIn(request: object | undefined): number {
  const proofs =
    request instanceof PasswordChangeRequest ? [request.code, request.backupCode, request.passkey] : [];
  return proofs.filter((proof) => proof !== undefined).length;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
