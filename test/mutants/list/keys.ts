import { groupOf } from '../mutant.js';

const KEY_CHECK = 'libs/two-factor/src/keys/key-check.ts';
const KEY_ROTATION = 'libs/two-factor/src/keys/key-rotation.ts';
const SEALED_COLUMNS = 'libs/two-factor/src/keys/sealed-columns.ts';
const ROTATION = 'test/two-factor/key-rotation.e2e-spec.ts';

/** Which keys a process may start with, and how they are exchanged. */
export const KEYS = groupOf('keys', 'quick', [
  {
    id: 'K01',
    what: 'a key that only setups need may go',
    file: SEALED_COLUMNS,
    search: `    { table: enrolments, column: 'sealed_payload' },\n`,
    replace: ``,
    tests: [ROTATION],
  },
  {
    id: 'K02',
    what: 'a pepper may go while codes need it',
    file: KEY_CHECK,
    search: `WHERE pepper_id = $1 AND used_at IS NULL`,
    replace: `WHERE pepper_id = $1 AND false`,
    tests: [ROTATION],
  },
  {
    id: 'K03',
    what: 'a start that is refused for one key makes the others known',
    file: KEY_CHECK,
    search: `      if (faults.length > 0) {
        throw new TwoFactorKeysError(faults);
      }
    });`,
    replace: `      return faults;
    }).then((faults) => {
      if (faults.length > 0) {
        throw new TwoFactorKeysError(faults);
      }
    });`,
    tests: ['test/package/keys.e2e-spec.ts'],
  },
  {
    id: 'K04',
    what: 'the rotation writes a row that has changed since it was read',
    file: KEY_ROTATION,
    search: `AND t.\${column} = r.sealed RETURNING`,
    replace: `RETURNING`,
    tests: [ROTATION],
    equivalent:
      'what is sealed under one id never changes: at worst it is sealed once more; it is asked for depth',
  },
  {
    id: 'K05',
    what: 'the rotation ends at the first row that does not open',
    file: KEY_ROTATION,
    search: `if (error instanceof SealedBoxError) {`,
    replace: `if (error === undefined) {`,
    tests: [ROTATION],
  },
  {
    id: 'K06',
    what: 'the first key can go when no row needs it',
    file: KEY_ROTATION,
    search: `isRemovable: rows === 0 && !isFirst`,
    replace: `isRemovable: rows === 0`,
    tests: ['test/package/keys.e2e-spec.ts'],
  },
  {
    id: 'K07',
    what: 'a use renews the key of a secret that has changed since it was read',
    file: 'libs/two-factor/src/factors/totp/user-secret.repository.ts',
    search: `AND id = $2 AND sealed_secret = $3 RETURNING`,
    replace: `AND id = $2 AND $3::text IS NOT NULL RETURNING`,
    tests: [ROTATION],
    equivalent:
      'what is sealed under one id never changes: at worst it is sealed once more; it is asked for depth',
  },
  {
    id: 'K08',
    what: 'a use does not renew the key of a secret',
    file: 'libs/two-factor/src/factors/totp/totp.factor.ts',
    search: `if (sealedWith(sealedSecret) === keys.first.id) {`,
    replace: `if (sealedWith(sealedSecret) !== undefined) {`,
    tests: [ROTATION],
  },
]);
