import assert from 'node:assert/strict';
import { isGood, shown } from './answer-fields.js';
import type { HostAnswer } from './conformance-driver.js';
import type { EnrolledUser, HostUnderTest } from './host-under-test.js';

/** How many requests a burst has. */
export const AT_ONCE = 50;

/** Uses one code many times at the same moment, over all open challenges and all processes. */
export async function worksOnce<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
  { user }: EnrolledUser<User>,
  proof: { readonly code: string } | { readonly backupCode: string },
): Promise<void> {
  const challenges = await host.challenges(user);

  const answers = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, turn) =>
      host.post('verify', { challengeToken: challenges[turn % challenges.length], ...proof }, { turn }),
    ),
  );

  const opened = answers.filter(isGood);
  assert.equal(opened.length, 1, `${opened.length} of ${AT_ONCE} uses of one code opened a session`);
  // Busy is an answer, broken is none.
  const broken = answers.filter(({ status }) => status >= 500 && status !== 503);
  assert.deepEqual(broken.map(shown), []);
}

/** Whether the host compared the code: every such answer is a guess that somebody had. */
export function isJudged<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
  answer: HostAnswer,
): boolean {
  return host.codeOf(answer) === 'TWO_FACTOR_CODE_INVALID';
}

/** @throws AssertionError when the answer is not a refusal with this code */
export function refused<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
  answer: HostAnswer,
  code: string,
): void {
  assert.ok(!isGood(answer), `this should be refused with ${code}, and answered ${answer.status}`);
  assert.equal(host.codeOf(answer), code, `the answer was ${shown(answer)}`);
}
