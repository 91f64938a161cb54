import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../processes.js';

interface PackageJson {
  readonly scripts: { readonly start: string };
}

const { scripts }: PackageJson = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** What `npm start` sets for the product: the variables before `node` in its line. */
export const startVariables: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from(scripts.start.matchAll(/(\w+)=(\S+)/g), ([, name = '', value = '']) => [name, value]),
);
