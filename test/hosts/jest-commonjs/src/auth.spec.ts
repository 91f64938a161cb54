import { HttpException } from '@nestjs/common';
import { TwoFactorException } from 'nestjs-two-factor';
import { JestHost, Sessions } from './auth';

// What every spec of such an application does: it imports a file that imports the library.
describe('JestHost', () => {
  it('says who calls, by the session', () => {
    const openedAt = new Date();
    const host = new JestHost(new Sessions({} as never));

    expect(
      host.callerOf({ sessionId: 's1', session: { userId: 7, email: 'ann@example.com', openedAt } }),
    ).toEqual({
      user: { id: '7', label: 'ann@example.com' },
      sessionId: 's1',
      authenticatedAt: openedAt,
    });
  });

  it('is refused with an exception of Nest', () => {
    expect(new TwoFactorException('TWO_FACTOR_REQUIRED')).toBeInstanceOf(HttpException);
  });
});
