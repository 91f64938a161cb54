import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { isUnanswered } from './retry.js';

function failed(code: string | undefined): QueryFailedError {
  return new QueryFailedError('SELECT', [], Object.assign(new Error('no'), { code }));
}

describe('isUnanswered', () => {
  it.each(['57014', '57P01', '08006', '53300', 'ECONNRESET', 'EPIPE', undefined])(
    'is true of %s: asking again would only be waiting again',
    (code) => {
      expect(isUnanswered(failed(code))).toBe(true);
    },
  );

  it.each(['42P01', '23505', '22P02', '55P03', '40001', 'P0001', 'XX000'])('is false of %s', (code) => {
    expect(isUnanswered(failed(code))).toBe(false);
  });

  it('is false of what is no statement', () => {
    expect(isUnanswered(new Error('the directory is gone'))).toBe(false);
  });
});
