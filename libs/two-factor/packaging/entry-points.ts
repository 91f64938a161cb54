/** The parts of a manifest that say where a package is entered. */
interface EntryPoints {
  readonly main: string;
  readonly types: string;
  /** For TypeScript's old resolution, which knows no `exports`. */
  readonly typesVersions: Readonly<Record<'*', Readonly<Record<string, readonly string[]>>>>;
  readonly exports: Readonly<Record<string, EntryPoint | string>>;
}

interface EntryPoint {
  /** The workspace's own tests and builds read the sources. It is not in what is packed. */
  readonly source: string;
  readonly import: Built;
  readonly require: Built;
}

interface Built {
  readonly types: string;
  readonly default: string;
}

/**
 * Both ways in lead to the one implementation, which is CommonJS: what `import` finds hands on what `require` finds.
 * A copy for each would be two classes of every name, and an error of the one is no instance of the other.
 */
export function entryPointsOf(entries: Readonly<Record<string, string>>): EntryPoints {
  const subpaths = Object.entries(entries).filter(([subpath]) => subpath !== '.');
  const { default: main, types } = built('cjs/index');
  return {
    main,
    types,
    typesVersions: {
      '*': Object.fromEntries(
        subpaths.map(([subpath, file]) => [subpath.replace('./', ''), [built(`cjs/${file}`).types]]),
      ),
    },
    exports: {
      ...Object.fromEntries(
        Object.entries(entries).map(([subpath, file]) => [
          subpath,
          { source: `./src/${file}.ts`, import: built(file), require: built(`cjs/${file}`) },
        ]),
      ),
      './package.json': './package.json',
    },
  };
}

function built(file: string): Built {
  return { types: `./dist/${file}.d.ts`, default: `./dist/${file}.js` };
}
