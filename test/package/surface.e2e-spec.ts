import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** What a file exports by name, types too, in alphabetical order. */
function exportsOf(path: string): string[] {
  const url = new URL(`../../libs/${path}`, import.meta.url);
  const source = ts.createSourceFile(path, readFileSync(url, 'utf8'), ts.ScriptTarget.Latest);
  return source.statements
    .filter(ts.isExportDeclaration)
    .flatMap(({ exportClause, isTypeOnly }) => {
      if (exportClause === undefined || !ts.isNamedExports(exportClause)) {
        throw new Error(`${path} exports more than it names`);
      }
      return exportClause.elements.map(
        (element) => `${isTypeOnly || element.isTypeOnly ? 'type ' : ''}${element.name.text}`,
      );
    })
    .toSorted();
}

describe('what a package lets others import', () => {
  // A name more is a promise more. Whoever changes these lists has decided to.
  it.each([
    'two-factor/src/index.ts',
    'two-factor/src/codes.ts',
    'two-factor/src/pg/index.ts',
    'two-factor/src/prisma/index.ts',
    'two-factor/src/typeorm/index.ts',
    'two-factor/src/swagger/index.ts',
    'two-factor/src/testing/index.ts',
    'two-factor-elements/src/index.ts',
  ])('%s is what it was', async (path) => {
    const file = `./surface/${path.replaceAll('/', '.').replace('.src', '').replace(/\.ts$/, '')}.txt`;
    await expect(`${exportsOf(path).join('\n')}\n`).toMatchFileSnapshot(file);
  });
});
