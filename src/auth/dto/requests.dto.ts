import { ApiProperty } from '@nestjs/swagger';
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
