// Not by `import`: in these tests the name of the package leads here.
import { createRequire } from 'node:module';

const argon2: typeof import('argon2') = createRequire(import.meta.url)('./cheap-argon2.cjs');

export const { argon2id, hash, verify } = argon2;
