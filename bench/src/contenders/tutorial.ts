import { randomBytes, randomUUID } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { base32 } from '@scure/base';
import { hash } from 'bcrypt';
import { generateSecret } from 'otplib';
import type { Call, Operation } from '../load/call.js';
import { type BenchDatabase, type BenchPostgres, insertRows } from '../postgres.js';
import { BENCH, startServer } from '../processes.js';
import { type Contender, PASSWORD } from './contender.js';
import { jwtSecret } from './keys.js';

const BACKUP_CODES = Array.from({ length: 10 }, () => randomBytes(5).toString('hex'));
const BCRYPT_ROUNDS = 10;
const jwt = new JwtService({ secret: jwtSecret });

/** The second factor as blog posts build it. */
export async function tutorial(postgres: BenchPostgres): Promise<Contender> {
  const database = await postgres.createDatabase('tutorial');
  const [password, ...codeHashes] = await Promise.all(
    [PASSWORD, ...BACKUP_CODES].map((text) => hash(text, BCRYPT_ROUNDS)),
  );
  return {
    name: 'tutorial',
    dialect: 'tutorial',
    database,
    start: ({ nodeArgs = [] } = {}) =>
      startServer({
        args: [...nodeArgs, '--import', 'tsx', 'src/servers/tutorial/main.ts'],
        env: { DATABASE_URL: database.url, JWT_ACCESS_SECRET: jwtSecret },
        readyPath: '/health',
        cwd: BENCH,
      }),
    prepare: (operation, count) =>
      seedUsers(database, operation, { count, password: password ?? '', codeHashes }),
    // The token of the password is good for as many codes as one likes.
    challengeAgain: async (call) => call,
    close: () => database.close(),
  };
}

interface SeededUser {
  readonly id: string;
  readonly email: string;
  readonly secret: string;
}

async function seedUsers(
  database: BenchDatabase,
  operation: Operation,
  {
    count,
    password,
    codeHashes,
  }: { readonly count: number; readonly password: string; readonly codeHashes: readonly string[] },
): Promise<readonly Call[]> {
  const isEnabled = operation !== 'setup' && operation !== 'enable';
  const users: SeededUser[] = Array.from({ length: count }, () => {
    const id = randomUUID();
    return { id, email: `${id}@example.com`, secret: generateSecret() };
  });
  await insertRows(database, 'users', {
    id: { type: 'uuid', values: users.map(({ id }) => id) },
    email: { type: 'text', values: users.map(({ email }) => email) },
    password: { type: 'text', values: users.map(() => password) },
    twoFactorSecret: {
      type: 'text',
      values: users.map(({ secret }) => (operation === 'setup' ? null : secret)),
    },
    isTwoFactorEnabled: { type: 'boolean', values: users.map(() => isEnabled) },
  });
  if (operation !== 'setup') {
    await database.query(
      `INSERT INTO backup_codes ("userId", hash) SELECT u, h FROM unnest($1::uuid[]) u, unnest($2::text[]) h`,
      [users.map(({ id }) => id), codeHashes],
    );
  }
  await database.query('ANALYZE');
  return users.map((user) => callOf(user, operation));
}

function callOf({ id: userId, email, secret }: SeededUser, operation: Operation): Call {
  const signed = (isTwoFactorAuthenticated: boolean): string =>
    jwt.sign({ sub: userId, email, isTwoFactorAuthenticated }, { expiresIn: '1d' });
  const headers = { authorization: `Bearer ${signed(operation === 'status')}` };
  const totpKey = Buffer.from(base32.decode(secret)).toString('base64');
  const post = { method: 'POST', userId } as const;
  switch (operation) {
    case 'verify':
      return { ...post, path: '/2fa/authenticate', headers, body: {}, totpKey };
    case 'backup':
      return {
        ...post,
        path: '/2fa/authenticate-backup',
        headers,
        body: { code: BACKUP_CODES.at(-1) ?? '' },
      };
    case 'setup':
      return { ...post, path: '/2fa/generate', headers };
    case 'enable':
      return { ...post, path: '/2fa/turn-on', headers, body: {}, totpKey };
    case 'status':
      return { method: 'GET', path: '/2fa/status', headers, userId };
    case 'signIn':
    case 'trusted':
      throw new Error('A whole sign-in is measured of ours alone');
    case 'passkey':
      throw new Error('The tutorial has no passkeys');
    case 'refresh':
      return { ...post, path: '/auth/refresh', body: { refreshToken: signed(true) } };
  }
}
