import assert from 'node:assert/strict';
import { isGood, shown } from './answer-fields.js';
import { refused } from './assertions.js';
import type { ConformanceCheck, ProtectedRoute } from './conformance-driver.js';
import type { HostUnderTest } from './host-under-test.js';

/**
 * A check for each route that wants a fresh proof. A session that was signed in with a backup code has none, so that
 * nobody waits for one to grow old.
 */
export function stepUpRoutes<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
  routes: readonly ProtectedRoute[],
): ConformanceCheck[] {
  return routes.map((route) => ({
    name: `${route.method ?? 'GET'} ${route.path} opens to a session that has stepped up, and to no other`,
    run: async () => {
      const { user, phone, backupCodes } = await host.enrolled();
      const [first = '', second = '', third = ''] = backupCodes;
      const raised = await host.signIn(user, { backupCode: first });
      const other = await host.signIn(user, { backupCode: second });

      const before = await host.request(route, raised);
      const wrong = await host.post('stepUp', { code: phone.wrongCode() }, { credentials: raised });
      const onPaper = await host.post('stepUp', { backupCode: third }, { credentials: raised });
      const still = await host.request(route, raised);
      const code = phone.freshCode();
      const right = await host.post('stepUp', { code }, { credentials: raised });
      const again = await host.post('stepUp', { code }, { credentials: other });
      const after = await host.request(route, raised);

      refused(host, before, 'TWO_FACTOR_STEP_UP_REQUIRED');
      refused(host, wrong, 'TWO_FACTOR_CODE_INVALID');
      refused(host, onPaper, 'VALIDATION_FAILED');
      refused(host, still, 'TWO_FACTOR_STEP_UP_REQUIRED');
      assert.ok(isGood(right), `a right code raises the session; it answered ${shown(right)}`);
      refused(host, again, 'TWO_FACTOR_CODE_INVALID');
      assert.ok(
        isGood(after),
        `${route.path} opens to a session that was raised; it answered ${shown(after)}`,
      );
      refused(host, await host.request(route, other), 'TWO_FACTOR_STEP_UP_REQUIRED');
    },
  }));
}
