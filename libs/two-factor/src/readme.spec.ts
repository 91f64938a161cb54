import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as library from './index.js';
import * as pg from './pg/index.js';
import * as prisma from './prisma/index.js';
import * as swagger from './swagger/index.js';
import * as testing from './testing/index.js';
import * as typeorm from './typeorm/index.js';
import { REFUSAL_REASONS, TWO_FACTOR_ERRORS } from './errors/two-factor.errors.js';
import { SECURITY_EVENT_TYPES } from './events/security-event.js';
import { LIMIT_BOUNDS } from './options/limits.js';
import type { TwoFactorOptions } from './options/two-factor.options.js';

/** What each entry of the package exports. */
const ENTRIES: Readonly<Record<string, object>> = {
  'nestjs-two-factor': library,
  'nestjs-two-factor/pg': pg,
  'nestjs-two-factor/prisma': prisma,
  'nestjs-two-factor/swagger': swagger,
  'nestjs-two-factor/testing': testing,
  'nestjs-two-factor/typeorm': typeorm,
};

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The rows of a section's table: its cells, without backticks. */
function rowsOf(heading: string): string[][] {
  const [, section = ''] = README.split(`\n${heading}\n`);
  const [own = ''] = section.split(/\n##+ /);
  return own
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(' | ').map((cell) => cell.replaceAll(/[`|]/g, '').trim()));
}

describe('the README', () => {
  it('names every code of an error with its status', () => {
    const listed = Object.fromEntries(rowsOf('## Errors').map(([code, status]) => [code, Number(status)]));

    const codes = Object.entries(TWO_FACTOR_ERRORS).map(([code, { status }]) => [code, status]);
    expect(listed).toEqual(Object.fromEntries(codes));
  });

  it('names every type of event and every reason', () => {
    const [, section = ''] = README.split('\n## Events\n');
    const [, reasons = ''] = /`reason` of a failure is ([^.]*)\./.exec(section) ?? [];

    expect(rowsOf('## Events').flatMap(([types = '']) => types.split(', '))).toEqual(SECURITY_EVENT_TYPES);
    expect(Array.from(reasons.matchAll(/`(\w+)`/g), ([, reason]) => reason)).toEqual(REFUSAL_REASONS);
  });

  it('names every option', () => {
    const options = {
      issuer: true,
      keys: true,
      peppers: true,
      webauthn: true,
      limits: true,
      trustedDevices: true,
      policyOf: true,
      support: true,
      clock: true,
      eventEmitter: true,
      noticeSink: true,
    } satisfies Record<keyof TwoFactorOptions, true>;

    expect(rowsOf('## Options').map(([name]) => name)).toEqual([
      ...Object.keys(options),
      'database',
      'name',
      'isGlobal',
    ]);
  });

  it('names every limit with its default and its bound', () => {
    const listed = rowsOf('### Limits').map(([name = '', , loosest, strictest]) => [
      name,
      { strictest: Number(strictest), loosest: Number(loosest) },
    ]);

    expect(Object.fromEntries(listed)).toEqual(LIMIT_BOUNDS);
  });

  it('imports nothing that is not there', () => {
    const imports = README.matchAll(/import \{ ([^}]+) \} from '(nestjs-two-factor(?:\/\w+)?)'/g);
    const missing = Array.from(imports).flatMap(([, names = '', from]) =>
      names
        .split(', ')
        .filter((name) => !name.startsWith('type '))
        .filter((name) => !(name in (ENTRIES[from ?? ''] ?? {}))),
    );

    expect(missing).toEqual([]);
  });

  it('leads to headings that are there', () => {
    const headings = new Set(
      Array.from(README.matchAll(/^##+ (.*)$/gm), ([, title = '']) =>
        title
          .toLowerCase()
          .replaceAll(/[^a-z0-9 -]/g, '')
          .replaceAll(' ', '-'),
      ),
    );
    const dead = Array.from(README.matchAll(/\]\(#([^)]+)\)/g), ([, anchor = '']) => anchor).filter(
      (anchor) => !headings.has(anchor),
    );

    expect(dead).toEqual([]);
  });
});
