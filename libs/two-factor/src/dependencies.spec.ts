import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** The library's sources by path from here, as `factors/totp/totp.ts`. */
type Sources = ReadonlyMap<string, string>;

const ROOT = import.meta.dirname;

/** Pure functions: time and randomness come in as arguments, and neither Nest nor a database is near. */
const DOMAIN =
  /^(codes|factors\/pasted|factors\/totp\/(totp|one-time-code|key-uri|qr-code|png)|factors\/backup-codes\/backup-code(-hash)?|crypto\/(sealed-secret|key-ring)|options\/attempt-budget)\.ts$/;

/** The command is a process of its own; nothing imports it. */
const PROGRAM = 'cli/main.ts';

function librarySources(): Sources {
  const paths = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'));
  return new Map(paths.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
}

/** What a file imports, by whichever syntax: `import`, `export from`, `import()`, `require()`, types too. */
function importsOf(source: string): string[] {
  return ts.preProcessFile(source, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** Whether a file reads the global `process`, which needs no import. */
function readsProcess(source: string): boolean {
  const visit = (node: ts.Node): boolean => {
    const { parent } = node;
    const isNameOfMember =
      parent !== undefined &&
      (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) &&
      parent.name === node;
    return (
      (ts.isIdentifier(node) && node.text === 'process' && !isNameOfMember) ||
      (ts.forEachChild(node, (child) => visit(child) || undefined) ?? false)
    );
  };
  return visit(ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true));
}

/** The file of the library an import names, or `undefined` when it is a package or lies outside. */
function resolved(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) {
    return undefined;
  }
  const path = relative('/', join('/library', dirname(from), specifier))
    .split(sep)
    .join('/');
  return path.startsWith('library/') ? path.slice('library/'.length).replace(/\.js$/, '.ts') : undefined;
}

/** The packages a file imports, itself or through files of the library, each file once, with a way to it. */
function packagesBehind(
  sources: Sources,
  path: string,
  via: readonly string[] = [],
  seen: Set<string> = new Set(),
): string[] {
  if (seen.has(path)) {
    return [];
  }
  seen.add(path);
  return importsOf(sources.get(path) ?? '').flatMap((specifier) => {
    const local = resolved(path, specifier);
    if (local === undefined) {
      return [[...via, path, specifier].join(' > ')];
    }
    return packagesBehind(sources, local, [...via, path], seen);
  });
}

/** Every import of a file that goes against the direction of the layers. */
function violationsOf(sources: Sources, path: string): string[] {
  const source = sources.get(path) ?? '';
  const strays = importsOf(source).filter((specifier) =>
    specifier.startsWith('.')
      ? !sources.has(resolved(path, specifier) ?? '')
      : /^(node:)?process$|^src\/|^\/|^#|^nestjs-two-factor/.test(specifier),
  );
  const framework = DOMAIN.test(path)
    ? packagesBehind(sources, path).filter((way) => / > (typeorm|@nestjs\/[^ ]+)$/.test(way))
    : [];
  return [
    ...strays.map((specifier) => `${path} > ${specifier}`),
    ...(readsProcess(source) && path !== PROGRAM ? [`${path} reads process`] : []),
    ...framework,
  ];
}

/** A room is a folder, each of the factors' by itself, or a file beside them. */
function roomOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'factors' ? `${first}/${second}` : first;
}

/** The ways through the rooms that come back to where they began. */
function circles(sources: Sources): string[] {
  const doors = new Map<string, Set<string>>();
  for (const [path, source] of sources) {
    const targets = importsOf(source).flatMap((specifier) => resolved(path, specifier) ?? []);
    const others = targets.map(roomOf).filter((room) => room !== roomOf(path));
    doors.set(roomOf(path), new Set([...(doors.get(roomOf(path)) ?? []), ...others]));
  }
  const left = new Set<string>();
  const walk = (room: string, way: readonly string[]): string[] => {
    if (way.includes(room)) {
      return [[...way.slice(way.indexOf(room)), room].join(' > ')];
    }
    if (left.has(room)) {
      return [];
    }
    const found = [...(doors.get(room) ?? [])].flatMap((next) => walk(next, [...way, room]));
    left.add(room);
    return found;
  };
  return [...doors.keys()].flatMap((room) => walk(room, []));
}

function violations(sources: Sources): string[] {
  return [...sources.keys()].flatMap((path) => violationsOf(sources, path));
}

function sample(files: Record<string, string>): Sources {
  return new Map(Object.entries(files));
}

describe('the library', () => {
  it('knows nothing of the backend around it, nor of the process, and its domain knows neither Nest nor TypeORM', () => {
    expect(violations(librarySources())).toEqual([]);
  });

  it('loads no ORM and no driver with its main entries', () => {
    const ways = ['index.ts', 'codes.ts', 'testing/index.ts'].flatMap((path) =>
      packagesBehind(librarySources(), path),
    );

    expect(ways.some((way) => way.endsWith(' > @nestjs/common'))).toBe(true);
    expect(ways.filter((way) => / > (typeorm|@nestjs\/typeorm|pg|@prisma\/.*)$/.test(way))).toEqual([]);
  });

  it('has no circle among its rooms', () => {
    expect(circles(librarySources())).toEqual([]);
  });

  it('has the files that these rules are about', () => {
    const paths = [...librarySources().keys()].filter((path) => DOMAIN.test(path));

    expect(paths).toEqual(
      expect.arrayContaining([
        'codes.ts',
        'factors/pasted.ts',
        'factors/totp/totp.ts',
        'factors/totp/one-time-code.ts',
        'factors/totp/key-uri.ts',
        'factors/totp/qr-code.ts',
        'factors/backup-codes/backup-code.ts',
        'factors/backup-codes/backup-code-hash.ts',
        'crypto/sealed-secret.ts',
        'crypto/key-ring.ts',
        'options/attempt-budget.ts',
      ]),
    );
    expect(librarySources().has('two-factor.service.ts')).toBe(true);
  });
});

describe('the walker', () => {
  it('finds a circle, through whichever rooms', () => {
    const sources = sample({
      'a/1.ts': `import '../factors/x/2.js';`,
      'factors/x/2.ts': `import type { X } from '../../b.js';`,
      'b.ts': `export * from './a/3.js';`,
      'a/3.ts': '',
    });

    expect(circles(sources)).toEqual(['a > factors/x > b.ts > a']);
  });

  it.each([
    [
      'the backend by a path',
      `import { x } from '../../../src/users/user.js';`,
      'a.ts > ../../../src/users/user.js',
    ],
    ['the backend by name', `import { x } from 'src/users/user.js';`, 'a.ts > src/users/user.js'],
    ['the backend as a type', `import type { X } from '../../../src/x.js';`, 'a.ts > ../../../src/x.js'],
    ['the backend, and hands it on', `export * from '../../../src/x.js';`, 'a.ts > ../../../src/x.js'],
    ['the backend when it runs', `const x = await import('../../../src/x.js');`, 'a.ts > ../../../src/x.js'],
    ['the backend by require', `const x = require('../../../src/x.js');`, 'a.ts > ../../../src/x.js'],
    ['the process', `import { env } from 'node:process';`, 'a.ts > node:process'],
    ['the process without a prefix', `import process from 'process';\nprocess;`, 'a.ts > process'],
    ['itself by its package name', `import { x } from 'nestjs-two-factor';`, 'a.ts > nestjs-two-factor'],
    ['a file that is not there', `import { x } from './gone.js';`, 'a.ts > ./gone.js'],
  ])('finds a file that imports %s', (_, source, violation) => {
    expect(violations(sample({ 'a.ts': source }))).toContain(violation);
  });

  it.each([
    ['process.env.KEY'],
    ['globalThis.process.env'],
    ['const { env } = process;'],
    ['const x = { process };'],
    ['const x = { env: process };'],
    ['`${process.pid}`'],
  ])('finds a file that says %s', (source) => {
    expect(violations(sample({ 'a.ts': source }))).toEqual(['a.ts reads process']);
  });

  it.each([
    ['factors/totp/totp.ts', `import { Injectable } from '@nestjs/common';`, '@nestjs/common'],
    ['factors/totp/png.ts', `import { DataSource } from 'typeorm';`, 'typeorm'],
    ['factors/backup-codes/backup-code.ts', `import type { DataSource } from 'typeorm';`, 'typeorm'],
    [
      'factors/backup-codes/backup-code-hash.ts',
      `import { InjectRepository } from '@nestjs/typeorm';`,
      '@nestjs/typeorm',
    ],
    ['crypto/sealed-secret.ts', `export { Logger } from '@nestjs/common';`, '@nestjs/common'],
    ['crypto/key-ring.ts', `const x = await import('typeorm');`, 'typeorm'],
    ['options/attempt-budget.ts', `import 'typeorm';`, 'typeorm'],
  ])('finds that %s says %s', (path, source, name) => {
    expect(violations(sample({ [path]: source }))).toEqual([`${path} > ${name}`]);
  });

  it('finds a domain file that comes to Nest through others, round a circle too', () => {
    const sources = sample({
      'factors/totp/totp.ts': `import { x } from '../../a.js';`,
      'a.ts': `import { y } from './b.js';`,
      'b.ts': `import { x } from './a.js'; import { HttpException } from '@nestjs/common';`,
    });

    expect(violations(sources)).toEqual(['factors/totp/totp.ts > a.ts > b.ts > @nestjs/common']);
  });

  it('lets Nest and TypeORM be where they belong, and takes no text for an import', () => {
    const sources = sample({
      'two-factor.service.ts': `import { DataSource } from 'typeorm'; import { x } from './factors/totp/totp.js';`,
      'factors/totp/totp.ts': `// import 'typeorm';\nexport const x = "from '@nestjs/common'"; interface P { process: 1 }`,
    });

    expect(violations(sources)).toEqual([]);
  });
});
