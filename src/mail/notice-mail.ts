import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Notice, NoticeSink } from 'nestjs-two-factor';
import { createTransport } from 'nodemailer';
import { ENVIRONMENT } from '../config/environment.module.js';
import type { Environment } from '../config/environment.js';
import { UsersRepository } from '../users/users.repository.js';
import { composeNotice } from './compose-notice.js';

/** Below the 30 seconds that the library waits for a notice. */
const TIMEOUT_MS = 10_000;

/** Sends notices by mail; without a server, in development, it prints them. */
@Injectable()
export class NoticeMail implements NoticeSink, OnApplicationShutdown {
  readonly #logger = new Logger('Mail');
  readonly #transport: ReturnType<typeof createTransport> | undefined;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly users: UsersRepository,
  ) {
    const url = environment.mail?.smtpUrl;
    this.#transport =
      url === undefined
        ? undefined
        : createTransport({
            url,
            connectionTimeout: TIMEOUT_MS,
            greetingTimeout: TIMEOUT_MS,
            socketTimeout: TIMEOUT_MS,
          });
  }

  async send(notice: Notice): Promise<void> {
    const { mail, issuer } = this.environment;
    const user = await this.users.findById(notice.userId);
    // Whoever is gone is told of nothing.
    if (mail === undefined || user === null) {
      return;
    }
    const { from, publicUrl } = mail;
    const content = composeNotice(notice, { issuer, publicUrl });
    if (this.#transport === undefined) {
      this.#logger.log(`To ${user.email}: ${content.subject}\n\n${content.text}\n`);
      return;
    }
    // The same in a repeat: mail programs show it once.
    const messageId = `<${notice.id}@${new URL(publicUrl).hostname}>`;
    await this.#transport.sendMail({ ...content, from, to: user.email, messageId, date: notice.at });
  }

  onApplicationShutdown(): void {
    this.#transport?.close();
  }
}
