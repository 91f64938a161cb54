import { ApiProperty } from '@nestjs/swagger';

export class SessionAnswer {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  signedInAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', description: 'The sign-in, or the last refresh.' })
  lastUsedAt!: Date;

  @ApiProperty({ type: String, nullable: true, description: 'Where the sign-in came from.' })
  ip!: string | null;

  @ApiProperty({ type: String, nullable: true })
  userAgent!: string | null;

  @ApiProperty({ type: String, isArray: true, description: 'How it was signed in (RFC 8176).' })
  amr!: readonly string[];

  @ApiProperty({ type: Boolean, description: 'Whether it is the session that asks.' })
  current!: boolean;
}
