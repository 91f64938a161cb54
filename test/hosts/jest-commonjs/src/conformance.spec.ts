import { randomUUID } from 'node:crypto';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Phone, twoFactorConformance } from 'nestjs-two-factor/testing';
import { AppModule } from './app.module';

jest.setTimeout(120_000);

interface Account {
  readonly label: string;
  readonly password: string;
}

describe('the second factor', () => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(() => app.close());

  const post = (path: string, body: object, token = ''): Promise<Response> =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
  const createUser = async (): Promise<Account> => {
    const account = { label: `${randomUUID()}@example.com`, password: 'correct horse' };
    await post('/register', { email: account.label, password: account.password });
    return account;
  };
  const logIn = ({ label: email, password }: Account): Promise<Response> =>
    post('/login', { email, password });

  it.each(
    twoFactorConformance<Account>({
      baseUrls: () => [url],
      createUser,
      logIn,
      protectedRoutes: [{ path: '/me' }],
    }).map(({ name, run }) => [name, run] as const),
  )('%s', async (_name, run) => {
    await expect(run()).resolves.toBeUndefined();
  });

  it('shows a picture that a phone can scan', async () => {
    const { accessToken } = await (await logIn(await createUser())).json();
    const setup = await (await post('/auth/2fa/setup', {}, accessToken)).json();

    const phone = await Phone.scan(setup.qrCodeUri);

    expect(phone.secret).toBe(setup.secret);
  });
});
