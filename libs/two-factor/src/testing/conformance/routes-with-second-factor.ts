import assert from 'node:assert/strict';
import { isGood, shown } from './answer-fields.js';
import type { ConformanceCheck, ProtectedRoute } from './conformance-driver.js';
import type { HostUnderTest } from './host-under-test.js';
import { refused } from './assertions.js';

/** A check for each route that wants a second factor. */
export function routesWithSecondFactor<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
  routes: readonly ProtectedRoute[],
): ConformanceCheck[] {
  return routes.map((route) => ({
    name: `${route.method ?? 'GET'} ${route.path} opens to a session with a second factor only`,
    run: async () => {
      const user = await host.newUser();
      const plain = await host.session(user);

      const nobody = await host.request(route);
      const withoutFactor = await host.request(route, plain);
      const { credentials } = await host.enrolled();
      const full = await host.request(route, credentials);

      assert.ok(
        nobody.status === 401 || nobody.status === 403,
        `${route.path} is closed to nobody in particular; it answered ${shown(nobody)}`,
      );
      refused(host, withoutFactor, 'TWO_FACTOR_REQUIRED');
      assert.equal(withoutFactor.status, 403, `the answer was ${shown(withoutFactor)}`);
      assert.ok(isGood(full), `${route.path} opens to a full session; it answered ${shown(full)}`);
    },
  }));
}
