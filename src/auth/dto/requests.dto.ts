import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength, ValidateBy } from 'class-validator';
import { isEmail } from '../../users/email.js';
import { PASSWORD_LENGTH, isNewPassword, isPasswordText } from '../../users/password.js';

const IsEmailAddress = (): PropertyDecorator =>
  ValidateBy({
    name: 'isEmailAddress',
    validator: { validate: isEmail, defaultMessage: () => 'email must be an e-mail address' },
  });

const IsNewPassword = (): PropertyDecorator =>
  ValidateBy({
    name: 'isNewPassword',
    validator: {
      validate: isNewPassword,
      defaultMessage: () => 'password must be text of 12 to 128 characters',
    },
  });

const IsPasswordText = (): PropertyDecorator =>
  ValidateBy({
    name: 'isPasswordText',
    validator: {
      validate: isPasswordText,
      defaultMessage: () => 'password must be text of at most 128 characters',
    },
  });

const ONE_TIME_CODE = {
  description: 'Six digits, as the authenticator shows them; spaces do not matter.',
  example: '123456',
};
const BACKUP_CODE = {
  description: 'A backup code, in any case, with or without dashes.',
  example: 'A1B2C-D3E4F-G5H6J',
};
const RECENT_PASSWORD = {
  description: 'The password, when the sign-in is older than 15 minutes.',
  ...PASSWORD_LENGTH,
};

export class RegisterRequest {
  @ApiProperty({ type: String, format: 'email', maxLength: 254, example: 'ann@example.com' })
  @IsEmailAddress()
  email!: string;

  @ApiProperty({ type: String, ...PASSWORD_LENGTH, example: 'correct horse battery staple' })
  @IsNewPassword()
  password!: string;
}

export class LoginRequest {
  @ApiProperty({ type: String, format: 'email', maxLength: 254, example: 'ann@example.com' })
  @IsEmailAddress()
  email!: string;

  // No lower bound: a short one is a wrong one, and is answered as such.
  @ApiProperty({
    type: String,
    maxLength: PASSWORD_LENGTH.maxLength,
    example: 'correct horse battery staple',
  })
  @IsPasswordText()
  password!: string;
}

export class RefreshRequest {
  @ApiProperty({ type: String, maxLength: 256 })
  @MaxLength(256)
  @IsString()
  refreshToken!: string;
}

// The requests of the second factor's calls are read by the library; what follows documents them.

/** With no field for a first set-up; with one of the codes to replace the authenticator. */
export class SetupRequest {
  @ApiPropertyOptional({ type: String, ...ONE_TIME_CODE })
  code?: string;

  @ApiPropertyOptional({ type: String, ...BACKUP_CODE })
  backupCode?: string;

  @ApiPropertyOptional({ type: String, ...RECENT_PASSWORD })
  password?: string;
}

/** A one-time code of the authenticator, for enable, disable and new backup codes. */
export class OneTimeCodeRequest {
  @ApiProperty({ type: String, ...ONE_TIME_CODE })
  code!: string;

  @ApiPropertyOptional({ type: String, ...RECENT_PASSWORD })
  password?: string;
}

/** The answer to a challenge: exactly one of the codes. */
export class VerifyRequest {
  @ApiProperty({ type: String, maxLength: 256, description: 'What the login answered with.' })
  challengeToken!: string;

  @ApiPropertyOptional({ type: String, ...ONE_TIME_CODE })
  code?: string;

  @ApiPropertyOptional({ type: String, ...BACKUP_CODE })
  backupCode?: string;
}
