import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { somebodyWaits } from '../support/locks.js';
import { ATTACK_SECRETS, ServerProcess } from '../support/server-process.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let database: TestDatabase;
let server: ServerProcess;

beforeAll(async () => {
  database = await createDatabase();
  server = await ServerProcess.start({ databaseUrl: database.url });
});
afterAll(() => database.drop());

async function get(path: string): Promise<{ status: number; type: string | null; text: string }> {
  const answer = await fetch(`${server.url}${path}`);
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    text: await answer.text(),
  };
}

/** What the bundle takes along, and what it finds beside itself: files, native code, another program. */
describe('the server as it is built', () => {
  it('serves the page with its script', async () => {
    const page = await get('/');
    const [script = ''] = /\/assets\/[^"]+\.js/.exec(page.text) ?? [];

    expect(page).toMatchObject({ status: 200, type: expect.stringContaining('text/html') });
    expect(await get(script)).toMatchObject({ status: 200, type: expect.stringContaining('javascript') });
  });

  it('is started in the image with the memory allocator of npm start', () => {
    const read = (name: string): string => readFileSync(`${ROOT}/${name}`, 'utf8');
    const [setting = 'none'] = /GLIBC_TUNABLES=\S+/.exec(read('package.json')) ?? [];

    expect(read('Dockerfile')).toContain(`ENV ${setting}\n`);
  });

  it('serves the document of its API as it is committed, and the reader for it', async () => {
    const committed: unknown = JSON.parse(readFileSync(`${ROOT}/openapi.json`, 'utf8'));

    expect(JSON.parse((await get('/openapi.json')).text)).toEqual(committed);
    expect(await get('/docs')).toMatchObject({ status: 200, type: expect.stringContaining('text/html') });
    expect((await get('/docs/swagger-ui-bundle.js')).text.length).toBeGreaterThan(100_000);
  });

  it('hashes passwords and sees what a body lacks', async () => {
    const register = (body: object): Promise<Response> =>
      fetch(`${server.url}/api/v1/auth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });

    expect((await register({ email: 'ann@example.com', password: 'correct horse battery' })).status).toBe(
      201,
    );
    expect((await register({ email: 'ann@example.com' })).status).toBe(400);
  });

  it('reads no package a second time from beside the bundle', async () => {
    const listing = `import('./dist/server/app.module.js').then(() =>
      console.log(JSON.stringify(Object.keys(require.cache))))`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', listing], { cwd: ROOT });
    const files: string[] = JSON.parse(stdout);
    const packages = files.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]);

    expect(new Set(packages)).toEqual(new Set(['@phc/format', 'argon2', 'node-gyp-build']));
  });

  it('has the program that rotates keys beside it', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['dist/server/rotate-keys.js'], {
      cwd: ROOT,
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'production',
        MAIL: 'off',
        ...ATTACK_SECRETS,
        DATABASE_URL: database.url,
      },
    });

    expect(stdout).toContain('0 rows sealed again with the first key');
    expect(stdout).toMatch(/k1 +0 rows {2}first/);
  });

  it('has the program that gives roles beside it', async () => {
    const run = (...args: readonly string[]): Promise<{ readonly stdout: string }> =>
      promisify(execFile)(process.execPath, ['dist/server/set-role.js', ...args], {
        cwd: ROOT,
        env: {
          PATH: process.env['PATH'],
          NODE_ENV: 'production',
          MAIL: 'off',
          ...ATTACK_SECRETS,
          DATABASE_URL: database.url,
        },
      });
    await database.query(
      `INSERT INTO users (email, password_hash, created_at) VALUES ('desk@example.com', 'x', now())`,
    );

    expect((await run(' Desk@Example.com', 'support')).stdout).toContain('The role is support from now on');

    await expect(run('nobody@example.com', 'support')).rejects.toThrow('There is no account');
    await expect(run('desk@example.com', 'root')).rejects.toThrow('Usage: npm run users:role');
    expect(await database.query(`SELECT role FROM users WHERE email = 'desk@example.com'`)).toEqual([
      { role: 'support' },
    ]);
  });

  it('has the program that says whom a policy would meet beside it', async () => {
    const run = (day: string): Promise<{ readonly stdout: string }> =>
      promisify(execFile)(process.execPath, ['dist/server/policy-preview.js'], {
        cwd: ROOT,
        env: {
          PATH: process.env['PATH'],
          NODE_ENV: 'production',
          ...ATTACK_SECRETS,
          DATABASE_URL: database.url,
          TWO_FACTOR_REQUIRED_FROM: day,
          TWO_FACTOR_GRACE_DAYS: '7',
          MAIL: 'off',
        },
      });
    await database.query(
      `INSERT INTO users (email, password_hash, created_at, role) VALUES ('boss@example.com', 'x', now(), 'admin')`,
    );

    await expect(run('2020-01-01')).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/[1-9] {2}would have to enrol[\s\S]*No administrator could sign in/),
    });

    await database.query(`DELETE FROM users WHERE role = 'admin'`);
    expect((await run('2099-01-01')).stdout).not.toContain('No administrator');
    expect(await database.query('SELECT FROM two_factor_deadlines')).toEqual([]);
  });

  it('lets more connections wait than the 511 of Node, while it has no time to accept them', async () => {
    const { hostname: host, port } = new URL(server.url);
    server.child.kill('SIGSTOP');
    const waiting = Array.from({ length: 600 }, () => connect({ host, port: Number(port) }));
    try {
      await Promise.all(waiting.map((socket) => once(socket, 'connect')));
    } finally {
      server.child.kill('SIGCONT');
      waiting.forEach((socket) => socket.destroy());
    }

    expect((await get('/health/live')).status).toBe(200);
  });

  it('ends with 0 when it is told to, once the answer under way is out, on a connection that is kept', async () => {
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE users');
    const answer = fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'nobody@example.com', password: 'correct horse battery' }),
    });
    await somebodyWaits(database);

    server.child.kill('SIGTERM');
    await refusesConnections(server.url);
    await holder.query('ROLLBACK');

    expect((await answer).status).toBe(401);
    await server.exited;
    expect(server.child.exitCode).toBe(0);
    await holder.end();
  });
});

/** Resolves once nobody listens there: the server has begun to close. */
async function refusesConnections(url: string): Promise<void> {
  const { hostname: host, port } = new URL(url);
  for (let isListening = true; isListening;) {
    const socket = connect({ host, port: Number(port) });
    isListening = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
  }
}
