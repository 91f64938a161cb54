import { TwoFactorNotices } from 'nestjs-two-factor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { call } from '../support/client.js';
import { MailServer } from '../support/mail-server.js';
import { type Person, aUser } from '../support/people.js';
import { rowsOf } from '../support/rows.js';

let app: TestApp;
let server: MailServer;

beforeAll(async () => {
  server = await MailServer.start();
  app = await startApp({ variables: server.variables });
});
afterAll(async () => {
  await app?.close();
  await server?.close();
});

function deliver(): Promise<void> {
  return app.nest.get(TwoFactorNotices, { strict: false }).deliver();
}

function mailsTo({ email }: Person): readonly string[] {
  return server.mails.filter(({ to }) => to.includes(email)).map(({ source }) => source);
}

/** As a mail program shows it: quoted-printable is undone. */
function shown(source = ''): string {
  const bytes = source
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

describe('a notice, by mail', () => {
  it('tells in two languages what happened, from whom the service says it is, with a link that stops everything', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    await deliver();

    const [source] = mailsTo(ann);
    const mail = shown(source);

    expect(mail).toContain('From: security@example.com');
    expect(mail).toContain('Your account now asks for a second step at sign-in.');
    expect(mail).toContain('Ihr Konto fragt jetzt bei der Anmeldung nach einem zweiten Schritt.');
    expect(mail).toContain('Content-Type: text/html');
    const [, token = ''] = /https:\/\/app\.example\.com\/panic\.html#([\w.-]+)/.exec(mail) ?? [];
    expect((await call(app.url, '/api/v1/auth/2fa/panic', { body: { token } })).status).toBe(200);
    expect((await rowsOf(app.database, ann.id)).sessions).toEqual([]);
  });

  it('comes again while the server takes none, with the same message id', async () => {
    server.isDown = true;
    const ann = await (await aUser(app)).withTwoFactor();
    await deliver();
    const refused = mailsTo(ann).length;
    server.isDown = false;

    app.clock.advance({ seconds: 60 });
    await deliver();

    expect(refused).toBe(0);
    expect(mailsTo(ann)).toHaveLength(1);
    expect(mailsTo(ann)[0]).toMatch(/^Message-ID: <[0-9a-f-]{36}@app\.example\.com>/m);
  });

  it('shows what a client calls itself as text', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    await ann.call('/auth/2fa/backup-codes', {
      body: { code: ann.code },
      headers: { 'user-agent': '<script>x</script>' },
    });
    await deliver();

    const [, html = ''] = shown(mailsTo(ann).at(-1)).split('Content-Type: text/html');

    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toContain('<script>');
  });
});
