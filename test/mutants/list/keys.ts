import { groupOf } from '../mutant.js';

const KEY_CHECK = 'libs/two-factor/src/keys/key-check.ts';
const KEY_ROTATION = 'libs/two-factor/src/keys/key-rotation.ts';
const ROTATION = 'test/two-factor/key-rotation.e2e-spec.ts';

/** Which keys a process may start with, and how they are exchanged. */
export const KEYS = groupOf('keys', 'quick', [
  {
    id: 'K01',
    what: 'a key that only backup codes of a setup need may go',
    file: KEY_CHECK,
    search: ` OR split_part(s.sealed_backup_codes, '.', 2) = :keyId`,
    replace: ``,
    tests: [ROTATION],
    equivalent: 'both columns of a row are always sealed by one key; it is asked for depth',
  },
  {
    id: 'K02',
    what: 'a pepper may go while codes need it',
    file: KEY_CHECK,
    search: `isUsed: (manager, keyId) => manager.existsBy(BackupCode, { pepperId: keyId, usedAt: IsNull() }),`,
    replace: `isUsed: async () => false,`,
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
    search: `AND sealed_secret = $2 AND sealed_backup_codes IS NOT DISTINCT FROM $5`,
    replace: `AND $2::text IS NOT NULL AND coalesce($5::text, '') IS NOT NULL`,
    tests: [ROTATION],
  },
  {
    id: 'K05',
    what: 'the rotation ends at the first row that does not open',
    file: KEY_ROTATION,
    search: `if (!(error instanceof SealedBoxError)) {`,
    replace: `if (error instanceof Error) {`,
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
]);
