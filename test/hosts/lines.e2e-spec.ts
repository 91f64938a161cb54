import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { linesOfSecondFactor } from './support/lines-of-second-factor.js';

const README = readFileSync(new URL('../../libs/two-factor/README.md', import.meta.url), 'utf8');

describe('what a host writes for the second factor', () => {
  it('is what the README says', () => {
    const { ownFiles, inOwnFiles, changedFiles, inChangedFiles, total } =
      linesOfSecondFactor('express-numeric-ids');
    const text =
      `**${total} lines**: ${inOwnFiles} in ${ownFiles} files of its own, ` +
      `${inChangedFiles} in ${changedFiles} that were there`;
    console.log(`express-numeric-ids writes ${text}`);

    expect(README.replaceAll(/\s+/g, ' ')).toContain(text);
  });
});
