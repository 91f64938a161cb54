import { groupOf } from '../mutant.js';

const HASH = 'libs/two-factor/src/factors/backup-codes/backup-code-hash.ts';
const CHECKER = 'libs/two-factor/src/verification/code-checker.ts';
const hashTests = ['libs/two-factor/src/factors/backup-codes/backup-code-hash.spec.ts'];

/** How backup codes are read, hashed and compared. */
export const BACKUP_CODES = groupOf('backup-codes', 'quick', [
  {
    id: 'H01',
    what: 'backup codes are hashed without the pepper',
    file: HASH,
    search: `{ ...PARAMETERS, salt, secret: pepper }`,
    replace: `{ ...PARAMETERS, salt }`,
    tests: hashTests,
  },
  {
    id: 'H02',
    what: `Argon2's parameters are obeyed as they stand in the table`,
    file: HASH,
    search: 'parameters === `m=${memoryCost},t=${timeCost},p=${parallelism}` &&',
    replace: 'parameters !== undefined &&',
    tests: hashTests,
  },
  {
    id: 'H03',
    what: 'every set is hashed with the first pepper',
    file: CHECKER,
    search: `const pepper = peppers.find(stored?.pepperId ?? '');`,
    replace: `const pepper = peppers.first.key;`,
    tests: ['test/two-factor/pepper-rotation.e2e-spec.ts'],
  },
  {
    id: 'H04',
    what: 'who has no backup codes is answered without a computation',
    file: CHECKER,
    search: `    const salt = saltOf(stored?.codeHash ?? '');`,
    replace: `    if (stored === undefined) {
      throw wrongCode();
    }
    const salt = saltOf(stored.codeHash);`,
    tests: ['test/two-factor/sign-in.e2e-spec.ts'],
  },
  {
    id: 'H05',
    what: 'the case is folded before anybody asks for ASCII',
    file: 'libs/two-factor/src/factors/backup-codes/backup-code.ts',
    search: `const typed = text.replaceAll(SEPARATORS, '');`,
    replace: `const typed = text.replaceAll(SEPARATORS, '').toUpperCase();`,
    tests: ['libs/two-factor/src/factors/backup-codes/backup-code.spec.ts'],
  },
]);
