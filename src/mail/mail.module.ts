import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { NoticeMail } from './notice-mail.js';

@Module({ imports: [UsersModule], providers: [NoticeMail], exports: [NoticeMail] })
export class MailModule {}
