import assert from 'node:assert/strict';
import { cookiesOf, isGood, shown, textsIn } from './answer-fields.js';
import type { ConformanceCheck, HostAnswer, OtherSignIn } from './conformance-driver.js';
import type { HostUnderTest } from './host-under-test.js';

/** Tries whatever half a sign-in has answered with, and nothing at all, as the key to each guarded route. */
export async function opensNothing<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
  half: HostAnswer,
): Promise<void> {
  const cookie = cookiesOf(half);
  const credentials = host.credentialsOf(half);
  const keys = [
    {},
    ...textsIn(half.body)
      .filter(isHeaderText)
      .map((text) => ({ authorization: `Bearer ${text}` })),
    ...(cookie === '' ? [] : [{ cookie }]),
    ...(credentials === undefined ? [] : [credentials]),
  ];
  for (const route of host.protectedRoutes) {
    for (const key of keys) {
      const answer = await host.request(route, key);
      assert.ok(
        answer.status === 401 || answer.status === 403,
        `${route.method ?? 'GET'} ${route.path} stays closed to half a sign-in; it answered ${shown(answer)}`,
      );
    }
  }
}

/** A check for each further way to a session. */
export function otherDoors<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
  signIns: readonly OtherSignIn<User>[],
): ConformanceCheck[] {
  return signIns.map((signIn) => ({
    name: `${signIn.name} opens no session for a user with a second factor`,
    run: async () => {
      // Else the way might lead nowhere for anybody, and prove nothing.
      const plain = await host.logInBy(signIn, await host.newUser());
      const credentials = isGood(plain) ? host.credentialsOf(plain) : undefined;
      assert.ok(
        credentials !== undefined && (await host.isOpen(credentials)),
        `${signIn.name} opens a session for a user without a second factor; it answered ${shown(plain)}`,
      );
      const { user } = await host.enrolled();

      const answer = await host.logInBy(signIn, user);

      assert.ok(answer.status < 500, `${signIn.name} answered ${shown(answer)}`);
      await opensNothing(host, answer);
    },
  }));
}

/** What can stand in a header at all: the other texts of an answer are no tokens. */
function isHeaderText(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
