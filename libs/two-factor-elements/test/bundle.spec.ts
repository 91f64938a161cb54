import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

/** Built by `npm run build`, which `npm test` runs before. */
const MODULE = readFileSync(new URL('../dist/two-factor-elements.js', import.meta.url));

describe('the built module', () => {
  it('is under 40 kB gzipped, with Lit', () => {
    expect(gzipSync(MODULE).length).toBeLessThan(40_000);
  });

  it('is one file that imports nothing and loads nothing', () => {
    const text = MODULE.toString();

    expect(text).not.toMatch(/\bimport\s*[("'{*]|\bfrom\s*["'][^"']+["']\s*;/);
    // Namespaces and an address in an error message of Lit's are no requests.
    const addresses = text.match(/https?:\/\/[\w.-]+/g) ?? [];
    expect(addresses.filter((address) => !/^https?:\/\/(www\.w3\.org|lit\.dev)$/.test(address))).toEqual([]);
  });

  it('needs neither `eval` nor styles in attributes', () => {
    expect(MODULE.toString()).not.toMatch(/\beval\(|new Function\(|\sstyle="/);
  });
});
