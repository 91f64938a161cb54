import { groupOf } from '../mutant.js';

const HASH = 'libs/two-factor/src/factors/backup-codes/backup-code-hash.ts';
const FACTOR = 'libs/two-factor/src/factors/backup-codes/backup-codes.factor.ts';
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
    file: FACTOR,
    search: `const pepper = peppers.find(material?.pepperId ?? '');`,
    replace: `const pepper = peppers.first.key;`,
    tests: ['test/two-factor/pepper-rotation.e2e-spec.ts'],
  },
  {
    id: 'H04',
    what: 'who has no backup codes is answered without a computation',
    file: FACTOR,
    search: `    const salt = saltOf(material?.codeHash ?? '');`,
    replace: `    if (material === null) {
      return { proof: this.codes.proof(userId, ''), spend: [] };
    }
    const salt = saltOf(material.codeHash);`,
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
  {
    id: 'H07',
    what: 'codes that are drawn leave the old ones alive',
    file: 'libs/two-factor/src/factors/backup-codes/backup-code.repository.ts',
    search: `    await this.removeAll(transaction, userId);\n`,
    replace: ``,
    tests: ['test/two-factor/changing-factors.e2e-spec.ts'],
  },
  {
    id: 'H08',
    what: 'the first codes of an imported user are drawn again when they are spent',
    file: 'libs/two-factor/src/factors/backup-codes/backup-code.repository.ts',
    search: `AND NOT EXISTS (SELECT FROM \${backupCodes} WHERE user_id = $1)`,
    replace: `AND NOT EXISTS (SELECT FROM \${backupCodes} WHERE user_id = $1 AND used_at IS NULL)`,
    tests: ['test/two-factor/imported-user.e2e-spec.ts'],
    equivalent: 'completeSignIn asks only for users without any code',
  },
]);
