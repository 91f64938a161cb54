import { ClassSerializerInterceptor, Injectable, SerializeOptions } from '@nestjs/common';
import { APP_INTERCEPTOR, Reflector } from '@nestjs/core';
import { type ClassTransformOptions, Expose } from 'class-transformer';
import { type HostSession, TwoFactorService, createTwoFactorController } from 'nestjs-two-factor';
import { FixedClock, Phone } from 'nestjs-two-factor/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { challengeTokenOf } from '../support/challenge.js';
import { type Answer, call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { type SmallApp, SmallHost, TokenGuard, startSmallApp, tokenOf } from './small-host.js';

class UserAnswer {
  @Expose()
  readonly id = '1';

  @Expose({ groups: ['me'] })
  readonly email = 'ann@example.com';
}

/** Shows the user with the session, as an object of a class. */
@Injectable()
class HostWithUsers extends SmallHost {
  override prepareSession(): HostSession {
    return { id: 'next', answerFor: () => ({ accessToken: 'a token', user: new UserAnswer() }) };
  }
}

/** The same calls, with what the README has for groups. */
const WithGroups = createTwoFactorController({
  path: 'grouped/2fa',
  host: HostWithUsers,
  guards: [TokenGuard],
  decorators: { verify: [SerializeOptions({ groups: ['me'] })] },
});

const clock = new FixedClock();
let database: TestDatabase;
let app: SmallApp;
afterEach(async () => {
  await app.close();
  await database.drop();
});

interface Answers {
  readonly setup: Answer;
  readonly enable: Answer;
  readonly status: Answer;
  readonly verify: Answer;
}

/** Every kind of answer, under a serializer with these options. */
async function answersUnder(options: ClassTransformOptions, path = '/auth/2fa'): Promise<Answers> {
  database = await createDatabase();
  app = await startSmallApp(database, {
    host: HostWithUsers,
    clock,
    controllers: [WithGroups],
    providers: [
      {
        provide: APP_INTERCEPTOR,
        useFactory: (reflector: Reflector) => new ClassSerializerInterceptor(reflector, options),
        inject: [Reflector],
      },
    ],
  });
  const token = tokenOf('ann', 'first', clock.now());
  const setup = await call(app.url, `${path}/setup`, { method: 'POST', token });
  const phone = Phone.of(String(setup.body['otpauthUri']), clock);
  const enable = await call(app.url, `${path}/enable`, { body: { code: phone.freshCode() }, token });
  const challengeToken = await challengeTokenOf(app.nest.get(TwoFactorService), 'ann');
  const body = { challengeToken, code: phone.freshCode() };
  const verify = await call(app.url, `${path}/verify`, { body });
  return { setup, enable, status: await call(app.url, path, { token }), verify };
}

describe('the answers under a ClassSerializerInterceptor', () => {
  it.each([
    ['with groups', { groups: ['other'] }],
    ['that shows nothing which is not exposed', { strategy: 'excludeAll' }],
    ['that shows nothing else, with groups', { strategy: 'excludeAll', groups: ['other'] }],
  ] as const)('%s are whole', async (_, options) => {
    const { setup, enable, status, verify } = await answersUnder({
      ...options,
      groups: 'groups' in options ? [...options.groups] : [],
    });

    expect(Object.keys(setup.body).toSorted()).toEqual([
      'backupCodes',
      'expiresAt',
      'otpauthUri',
      'qrCodeUri',
      'secret',
    ]);
    expect(setup.body['backupCodes']).toHaveLength(10);
    expect(enable.body).toMatchObject({
      enabled: true,
      enabledAt: clock.now().toJSON(),
      accessToken: 'a token',
    });
    expect(status.body).toMatchObject({ enabled: true, backupCodes: { total: 10, remaining: 10 } });
    expect(verify.body).toMatchObject({ status: 'authenticated', accessToken: 'a token', user: { id: '1' } });
  });

  it('have the fields of the host’s own objects that belong to a group, where the route says which', async () => {
    const { verify, enable } = await answersUnder({}, '/grouped/2fa');

    expect(verify.body['user']).toEqual({ id: '1', email: 'ann@example.com' });
    expect(enable.body['user']).toEqual({ id: '1' });
  });
});
