import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SECRET_VARIABLES, type SecretVariable } from './secret-variables.js';

/** Where the secrets of a development set-up lie. */
export function developmentSecretsFile(dataDir: string): string {
  return join(dataDir, 'development-keys.env');
}

/**
 * Reads the secrets of a development set-up, and makes them the first time: once, also when several
 * processes start at the same moment, and whole, also when one is killed on the way.
 */
export function developmentSecrets(dataDir: string): Record<SecretVariable, string> {
  const file = developmentSecretsFile(dataDir);
  const existing = readSecrets(file);
  if (existing !== undefined) {
    return existing;
  }
  mkdirSync(dataDir, { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, drawSecrets(), { mode: 0o600 });
  try {
    // A link is made whole or not at all, and never over another process's file.
    linkSync(draft, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) {
      throw error;
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return developmentSecrets(dataDir);
}

function drawSecrets(): string {
  const lines = [
    '# Made for development, and kept so that restarts find their data readable. Not for production.',
    `JWT_ACCESS_SECRET=${draw()}`,
    `TWO_FACTOR_KEYS=dev1:${draw()}`,
    `TWO_FACTOR_PEPPERS=dev1:${draw()}`,
  ];
  return `${lines.join('\n')}\n`;
}

function draw(): string {
  return randomBytes(32).toString('base64');
}

function readSecrets(file: string): Record<SecretVariable, string> | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) {
      return undefined;
    }
    throw error;
  }
  const found = (name: SecretVariable): string => new RegExp(`^${name}=(.+)$`, 'm').exec(text)?.[1] ?? '';
  const [jwt, keys, peppers] = SECRET_VARIABLES;
  return { [jwt]: found(jwt), [keys]: found(keys), [peppers]: found(peppers) };
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
