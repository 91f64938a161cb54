import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { developmentSecrets, developmentSecretsFile } from './development-secrets.js';
import { readEnvironment } from './environment.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keys-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('developmentSecrets', () => {
  it('makes secrets that the environment takes, no two of them alike', () => {
    const made = developmentSecrets(folder);

    const { secrets } = readEnvironment({}, () => made);
    expect(Buffer.byteLength(secrets.jwtAccessSecret)).toBeGreaterThanOrEqual(32);
    const [key, pepper] = [secrets.twoFactorKeys[0]?.key, secrets.twoFactorPeppers[0]?.key];
    expect(key).toHaveLength(32);
    expect(pepper).toHaveLength(32);
    expect(new Set([secrets.jwtAccessSecret, key?.toString(), pepper?.toString()]).size).toBe(3);
  });

  it('keeps them: the next start finds the same', async () => {
    const made = developmentSecrets(folder);
    const before = await readFile(developmentSecretsFile(folder), 'utf8');

    expect(developmentSecrets(folder)).toEqual(made);

    expect(await readFile(developmentSecretsFile(folder), 'utf8')).toBe(before);
  });

  it('makes others in another folder', () => {
    expect(developmentSecrets(join(folder, 'a'))).not.toEqual(developmentSecrets(join(folder, 'b')));
  });

  it('lets nobody else read them, and leaves nothing beside them', async () => {
    const deep = join(folder, 'a', 'b');

    developmentSecrets(deep);

    expect((await stat(developmentSecretsFile(deep))).mode & 0o777).toBe(0o600);
    expect(await readdir(deep)).toEqual(['development-keys.env']);
  });

  it('makes them once when several processes start at the same moment', async () => {
    const answers = await inFiveProcesses(folder);

    expect(new Set(answers).size).toBe(1);
    expect(JSON.parse(answers[0] ?? '')).toEqual(developmentSecrets(folder));
    expect(await readdir(folder)).toEqual(['development-keys.env']);
  });

  it('is not held up by what a killed process has left', async () => {
    await writeFile(`${developmentSecretsFile(folder)}.${process.pid}`, 'JWT_ACCESS');

    const made = developmentSecrets(folder);

    expect(made.JWT_ACCESS_SECRET).not.toBe('');
    expect(developmentSecrets(folder)).toEqual(made);
  });

  it('says what is wrong with a file that it cannot read, and makes no other', async () => {
    await mkdir(developmentSecretsFile(folder));

    expect(() => developmentSecrets(folder)).toThrow(expect.objectContaining({ code: 'EISDIR' }));
  });

  it('says what is wrong with a folder that it cannot make', async () => {
    await writeFile(join(folder, 'file'), '');

    expect(() => developmentSecrets(join(folder, 'file', 'data'))).toThrow(
      expect.objectContaining({ code: 'ENOTDIR' }),
    );
  });

  it('reads a file with the line ends of Windows, and one that is read-only', async () => {
    const made = developmentSecrets(folder);
    const file = developmentSecretsFile(folder);
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('\n', '\r\n'));
    await chmod(file, 0o400);

    expect(readEnvironment({}, () => developmentSecrets(folder)).secrets).toEqual(
      readEnvironment({}, () => made).secrets,
    );
  });
});

/** Starts five processes, lets them load, and then go at once. @returns what each has found */
async function inFiveProcesses(dataDir: string): Promise<string[]> {
  const module = new URL('development-secrets.ts', import.meta.url).href;
  const script = `
    import { developmentSecrets } from ${JSON.stringify(module)};
    process.stdout.write('.');
    process.stdin.once('data', () => {
      process.stdout.write(JSON.stringify(developmentSecrets(${JSON.stringify(dataDir)})));
      process.exit(0);
    });`;
  const flags = ['--conditions=source', '--import', 'tsx', '--input-type=module', '--eval', script];
  const children = Array.from({ length: 5 }, () =>
    spawn(process.execPath, flags, { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  await Promise.all(children.map(({ stdout }) => once(stdout, 'data')));
  const answers = children.map(({ stdout }) => text(stdout));
  for (const { stdin } of children) {
    stdin.write('go');
  }
  return Promise.all(answers);
}
