import assert from 'node:assert/strict';
import { Phone } from '../phone.js';
import { fieldOf, isGood, shown } from './answer-fields.js';
import type { HostAnswer } from './conformance-driver.js';
import type { Check, HostUnderTest } from './host-under-test.js';

/** As an application asks for the token, which is the same as the cookie of a browser. */
const HEADER = 'two-factor-trust';

/** For hosts in which devices can be trusted. */
export const TRUSTED_DEVICES: Readonly<Record<string, Check>> = {
  'a device is trusted by a code, never by a backup code, and until the factors change': async (host) => {
    const { user, phone, backupCodes } = await host.enrolled();
    const [first = '', second = ''] = backupCodes;

    const onPaper = await trust(host, user, { backupCode: first });
    const byCode = await trust(host, user, { code: phone.freshCode() });

    assert.equal(tokenIn(onPaper), undefined, 'a backup code makes no device a trusted one');
    const token = tokenIn(byCode);
    assert.ok(token, 'a device that asks for it with a right code gets a token');
    const trusted = await host.logIn(user, 0, { [HEADER]: token });
    const credentials = host.credentialsOf(trusted);
    assert.ok(
      credentials !== undefined && (await host.isOpen(credentials)),
      `the next sign-in from a trusted device asks for no code; it answered ${shown(trusted)}`,
    );
    const stranger = await host.enrolled();
    await isAsked(host, stranger.user, { token, where: 'of another user' });
    const newest = tokenIn(trusted) ?? token;
    const { otpauthUri } = await host.setUp(credentials, { backupCode: second });
    await host.confirm(Phone.of(otpauthUri, host.clock), credentials);
    await isAsked(host, user, { token: newest, where: 'from before a change of factors' });
  },
};

/** Signs in with both factors, and asks to be trusted. */
async function trust<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
  user: User,
  proof: { readonly code: string } | { readonly backupCode: string },
): Promise<HostAnswer> {
  const body = { challengeToken: await host.challenge(user), trustDevice: true, ...proof };
  const answer = await host.post('verify', body, { credentials: { [HEADER]: 'none' } });
  assert.ok(isGood(answer), `a right code opens a session; it answered ${shown(answer)}`);
  return answer;
}

async function isAsked<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
  user: User,
  { token, where }: { readonly token: string; readonly where: string },
): Promise<void> {
  const answer = await host.logIn(user, 0, { [HEADER]: token });
  assert.ok(
    host.challengeTokenOf(answer),
    `a trusted device ${where} stands in for no code; the sign-in answered ${shown(answer)}`,
  );
}

function tokenIn({ data }: HostAnswer): string | undefined {
  const token = fieldOf(fieldOf(data, 'trustedDevice'), 'token');
  return typeof token === 'string' ? token : undefined;
}
