import { SMTPServer } from 'smtp-server';

/** A mail, as the server took it. */
export interface TakenMail {
  readonly to: readonly string[];
  readonly source: string;
  readonly messageId: string;
}

/** A real SMTP server in this process, which keeps what it takes. */
export class MailServer {
  readonly mails: TakenMail[] = [];
  isDown = false;
  readonly #server: SMTPServer;
  url = '';

  private constructor() {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          if (this.isDown) {
            done(new Error('try again later'));
            return;
          }
          const source = Buffer.concat(chunks).toString('utf8');
          const [, messageId = ''] = /^Message-ID: <([^>]+)>/m.exec(source) ?? [];
          this.mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), source, messageId });
          done();
        });
      },
    });
    // A process that is killed breaks its connection off.
    this.#server.on('error', () => undefined);
  }

  static async start(): Promise<MailServer> {
    const mail = new MailServer();
    await new Promise<void>((resolve) => {
      const listening = mail.#server.listen(0, '127.0.0.1', () => {
        const address = listening.address();
        mail.url = `smtp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
        resolve();
      });
    });
    return mail;
  }

  /** What a server needs to send here. */
  get variables(): Readonly<Record<string, string>> {
    return {
      MAIL: 'on',
      SMTP_URL: this.url,
      MAIL_FROM: 'security@example.com',
      PUBLIC_URL: 'https://app.example.com',
    };
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
