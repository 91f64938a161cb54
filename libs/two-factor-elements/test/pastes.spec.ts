import { readFileSync } from 'node:fs';
import { parseBackupCode, parseOneTimeCode } from 'nestjs-two-factor/codes';
import { describe, expect, it } from 'vitest';
import { backupCodeField } from '../src/proof/backup-code-field.js';
import { totpField } from '../src/proof/totp-field.js';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The table of the README: what people have on their clipboard. */
const ONE_TIME_CODES: readonly (readonly [string, string])[] = [
  ['as it is', '123456'],
  ['with a space', '123 456'],
  ['with a line break behind it', '123456\r\n'],
  ['with a hyphen', '123-456'],
  ['with a non-breaking space', '123\u00a0456'],
  ['full-width', '１２３４５６'],
  ['with an en dash', '123\u2013456'],
  ['with a non-breaking hyphen', '123\u2011456'],
  ['with a zero-width space', '123\u200b456'],
  ['with a full stop', '123.456'],
  ['with a letter before it, as in an SMS', 'G-123456'],
  ['with the words before it', 'Your code: 123456'],
  ['in Arabic digits', '١٢٣٤٥٦'],
  ['in Persian digits', '۱۲۳۴۵۶'],
];
const BACKUP_CODES: readonly (readonly [string, string])[] = [
  ['as it is', 'A1B2C-D3E4F-G5H6J'],
  ['in lower case, with spaces', ' a1b2c d3e4f g5h6j\n'],
  ['without anything between the groups', 'A1B2CD3E4FG5H6J'],
  ['with hyphens that are no minus (U+2010)', 'A1B2C\u2010D3E4F\u2010G5H6J'],
  ['with non-breaking hyphens', 'A1B2C\u2011D3E4F\u2011G5H6J'],
  ['with en dashes', 'A1B2C–D3E4F–G5H6J'],
  ['with em dashes', 'A1B2C—D3E4F—G5H6J'],
  ['with minus signs', 'A1B2C\u2212D3E4F\u2212G5H6J'],
  ['with soft hyphens', 'A1B2C-\u00adD3E4F-\u00adG5H6J'],
  ['with zero-width spaces', 'A1B2C-\u200bD3E4F-\u200bG5H6J'],
  ['as a line of our own file', ' 1. A1B2C-D3E4F-G5H6J'],
  ['as another line of it, with spaces', '10. A1B2C D3E4F G5H6J'],
  ['with underscores', 'A1B2C_D3E4F_G5H6J'],
  ['in Arabic digits, from an Arabic keyboard', 'A١B٢C-D٣E٤F-G٥H٦J'],
  ['with words around it', 'Backup code: A1B2C-D3E4F-G5H6J (the first)'],
];

describe('a one-time code that was pasted', () => {
  it.each(ONE_TIME_CODES)('%s is read, by the server and by the screen', (_, pasted) => {
    expect(parseOneTimeCode(pasted)).toBe('123456');
    expect(totpField.read(pasted)).toEqual({ code: '123456' });
  });
});

describe('a backup code that was pasted', () => {
  it.each(BACKUP_CODES)('%s is read, by the server and by the screen', (_, pasted) => {
    expect(parseBackupCode(pasted)).toBe('A1B2C-D3E4F-G5H6J');
    expect(backupCodeField.read(pasted)).toEqual({ backupCode: 'A1B2C-D3E4F-G5H6J' });
  });
});

describe('the table of the README', () => {
  it('is this one', () => {
    const named = [...ONE_TIME_CODES, ...BACKUP_CODES].map(([name]) => name);
    const section = README.split('## Codes as people have them')[1]?.split('\n## ')[0] ?? '';
    const rows = [...section.matchAll(/^\| (?!a )(.+?) \| /gm)].map(([, name]) => name);

    expect(rows).toEqual(named);
  });
});
