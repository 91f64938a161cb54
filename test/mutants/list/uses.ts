import { groupOf } from '../mutant.js';

const CODE_USE = 'libs/two-factor/src/verification/code-use.ts';
const POOL = 'libs/two-factor/src/crypto/argon2-pool.ts';
const POOL_TESTS = [
  'libs/two-factor/src/crypto/argon2-pool.spec.ts',
  'test/two-factor/full-queue.e2e-spec.ts',
];

/** In which order a code is charged, checked, committed and told of. */
export const USES = groupOf('uses', 'quick', [
  {
    id: 'U01',
    what: 'a locked attempt leaves no event',
    file: CODE_USE,
    search: `(userId) => this.#recordRefusal(userId, use, 'locked')`,
    replace: `async () => {}`,
    tests: ['test/two-factor/sign-in.e2e-spec.ts'],
  },
  {
    id: 'U02',
    what: 'a secret that does not open leaves no event',
    file: CODE_USE,
    search: `        await this.#recordRefusal(userId, use, error.reason);`,
    replace: `        if (error.reason !== 'unreadable') {
          await this.#recordRefusal(userId, use, error.reason);
        }`,
    kind: 'attack',
    tests: ['test/attacks/secrets-at-rest.attack-spec.ts'],
  },
  {
    id: 'U03',
    what: `enable runs the host's statements after its commit`,
    file: 'libs/two-factor/src/two-factor.service.ts',
    search: `this.codes.add({ ...set, at: now }), ...inSameCommit],
        };
      },
    });
    return { enabledAt: now,`,
    replace: `this.codes.add({ ...set, at: now })],
        };
      },
    });
    await runGuarded(this.database, [userAs('accepted', userId)], inSameCommit);
    return { enabledAt: now,`,
    tests: ['test/package/host-commit.e2e-spec.ts'],
  },
  {
    id: 'U04',
    what: 'a success is told before its commit, and when it is refused',
    file: CODE_USE,
    search: `    const isAccepted = await`,
    replace: `    this.events.publish(event);\n    const isAccepted = await`,
    tests: ['test/package/host-commit.e2e-spec.ts'],
  },
  {
    id: 'U05',
    what: 'a commit that PostgreSQL broke off is not tried again',
    file: 'libs/two-factor/src/sql/retry.ts',
    search: `const TRIES = 3;`,
    replace: `const TRIES = 1;`,
    tests: ['libs/two-factor/src/sql/retry.spec.ts', 'test/two-factor/deadlock.e2e-spec.ts'],
  },
  {
    id: 'U06',
    what: `room in Argon2's queue that nobody used is never given back`,
    file: POOL,
    search: `finally {\n      leave(kept);`,
    replace: `finally {\n      leave(0);`,
    tests: POOL_TESTS,
  },
  {
    id: 'U07',
    what: `no room is kept in Argon2's queue for what is charged`,
    file: POOL,
    search: `let kept = computations;`,
    replace: `let kept = 0;`,
    tests: POOL_TESTS,
  },
  {
    id: 'T02',
    what: 'the first step that matches is spent and not the last',
    file: 'libs/two-factor/src/factors/totp/totp.ts',
    search: `matched = isMatch ? step : matched;`,
    replace: `matched ??= isMatch ? step : undefined;`,
    tests: ['libs/two-factor/src/factors/totp/totp.spec.ts'],
  },
  {
    id: 'R01',
    what: 'a sign-in is not recent in the second in which it is fifteen minutes old',
    file: 'libs/two-factor/src/verification/re-authentication.ts',
    search: `ageSeconds <= withinSeconds`,
    replace: `ageSeconds < withinSeconds`,
    tests: ['test/package/recent-sign-in.e2e-spec.ts'],
  },
]);
