import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type Rollup, build } from 'vite';
import { describe, expect, it } from 'vitest';

/** Built by `npm run build:packages`, which `npm test` runs before. */
const DIST = new URL('../dist/', import.meta.url);
const MODULE = readFileSync(new URL('two-factor-elements.js', DIST));

describe('the built module', () => {
  it('is under 44 kB gzipped, with Lit', () => {
    expect(gzipSync(MODULE).length).toBeLessThan(44_000);
  });

  it('is one file that imports nothing and loads nothing', () => {
    const text = MODULE.toString();

    expect(text).not.toMatch(/\bimport\s*[("'{*]|\bfrom\s*["'][^"']+["']\s*;/);
    // Namespaces and an address in an error message of Lit's are no requests.
    const addresses = text.match(/https?:\/\/[\w.-]+/g) ?? [];
    expect(addresses.filter((address) => !/^https?:\/\/(www\.w3\.org|lit\.dev)$/.test(address))).toEqual([]);
  });

  it('has English and German, and leaves the other languages to who adds them', () => {
    const text = MODULE.toString();

    expect(text).toContain('Ersatzcodes');
    expect(text).not.toContain('digos de respaldo');
    expect(text).not.toContain('Codes de secours');
  });

  it('needs neither `eval` nor styles in attributes', () => {
    expect(MODULE.toString()).not.toMatch(/\beval\(|new Function\(|\sstyle="/);
  });
});

/** An entry as a host's bundler makes it, and the packages that are not in it: all but those that are to be `bundled`. */
async function entry(
  name: string,
  { bundled = [] }: { readonly bundled?: readonly string[] } = {},
): Promise<{ readonly code: string; readonly packages: readonly string[] }> {
  const file = isAbsolute(name) ? name : fileURLToPath(new URL(`${name}.js`, DIST));
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    // Not Lit's build for developers, whatever the tests are run as.
    resolve: { conditions: ['production', 'browser', 'module'] },
    build: {
      write: false,
      minify: true,
      lib: { entry: file, formats: ['es'] },
      rolldownOptions: {
        external: (id) => !/^[./]/.test(id) && !bundled.some((start) => id.startsWith(start)),
        output: { minify: true },
      },
    },
  });
  const [{ output }] = [built].flat() as Rollup.RollupOutput[] as [Rollup.RollupOutput];
  return { code: output[0].code, packages: output[0].imports };
}

describe('what a bundler or a server imports', () => {
  it('leaves Lit and React to the host, and brings all else', async () => {
    expect((await entry('index')).packages).toEqual(['lit']);
    expect((await entry('challenge')).packages).toEqual(['lit']);
    for (const language of ['de', 'es', 'fr']) {
      expect((await entry(`texts/${language}`)).packages).toEqual([]);
    }
    expect([...(await entry('react')).packages].toSorted()).toEqual(['lit', 'react']);
    expect(readFileSync(new URL('react.js', DIST), 'utf8')).toMatch(/^['"]use client['"];/);
  });

  it.each(['index', 'challenge', 'client', 'texts/de', 'texts/es', 'texts/fr'])(
    'is loaded by Node, where there is no document: %s',
    async (name) => {
      const loaded = (await import(new URL(`${name}.js`, DIST).href)) as Record<string, unknown>;

      expect(Object.keys(loaded).length).toBeGreaterThan(0);
      expect('document' in globalThis).toBe(false);
    },
  );

  it('is under 20 kB gzipped for a sign-in page, with Lit, and without the settings and German', async () => {
    const { code, packages } = await entry('challenge', { bundled: ['lit', '@lit/'] });

    expect(packages).toEqual([]);
    expect(code).toContain('Enter the code from your phone');
    expect(code).not.toMatch(/Recent activity|Scan with your|Trusted devices|Ersatzcodes|class="badge/);
    expect(gzipSync(code).length).toBeLessThan(20_000);
  });

  it('has a sign-in in German apart from the rest of German', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'german-'));
    try {
      const page = join(folder, 'page.js');
      const file = fileURLToPath(new URL('texts/de.js', DIST));
      writeFileSync(page, `import { deSignIn } from ${JSON.stringify(file)}; console.log(deSignIn);`);
      const { code } = await entry(page);

      expect(code).toContain('Ersatzcode');
      expect(code).not.toMatch(/Vertraute Geräte|QR-Code/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is under 6 kB gzipped for who wants the calls alone, without Lit and without a document', async () => {
    const { code, packages } = await entry('client');

    expect(packages).toEqual([]);
    expect(code).not.toMatch(/\b(document|customElements|HTMLElement|localStorage)\b/);
    expect(gzipSync(code).length).toBeLessThan(6_000);
  });
});
