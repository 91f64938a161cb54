import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { licencesOf } from './licences.js';

const LEAF = /\.bundled\.ts$/;

/**
 * Puts packages that are ES modules only into the files that hand them on, `*.bundled.ts`: Jest in CommonJS can load
 * none of them. Only leaves are made this way, for a bundler drops the metadata of decorators.
 *
 * @param library the folder of the package
 * @param into the folder in it that holds what TypeScript made
 */
export async function bundleLeaves(library: string, into: string): Promise<void> {
  const sources = join(library, 'src');
  const leaves = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((file) => LEAF.test(file))
    .map((file) => file.slice(0, -'.ts'.length));
  const modules = new Set<string>();
  await build({
    configFile: false,
    root: library,
    publicDir: false,
    logLevel: 'warn',
    ssr: { noExternal: true },
    build: {
      ssr: true,
      target: 'node20',
      outDir: into,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries(leaves.map((leaf) => [leaf, join(sources, `${leaf}.ts`)])),
        output: { format: 'cjs', entryFileNames: '[name].js', chunkFileNames: 'bundled-[hash].js' },
      },
    },
    plugins: [
      {
        name: 'what is in it',
        generateBundle(_, files): void {
          const chunks = Object.values(files).filter((file) => file.type === 'chunk');
          for (const module of chunks.flatMap(({ moduleIds }) => moduleIds)) {
            modules.add(module);
          }
        },
      },
    ],
  });
  for (const leaf of leaves) {
    // They speak of packages that whoever installs this does not have.
    rmSync(join(library, into, `${leaf}.d.ts`));
    rmSync(join(library, into, `${leaf}.js.map`));
  }
  writeFileSync(join(library, into, 'BUNDLED'), licencesOf(modules));
}
