import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import { typeOrmFailureOf } from '../typeorm/typeorm.adapter.js';
import { isUnanswered, retryingConflicts } from './retry.js';

const TYPEORM = { failureOf: typeOrmFailureOf };

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const UNIQUE_VIOLATION = '23505';

/** As TypeORM throws it for an error of PostgreSQL's. */
function failed(code: string | undefined): QueryFailedError {
  return new QueryFailedError('SELECT', [], Object.assign(new Error('no'), { code }));
}

describe('isUnanswered', () => {
  it.each(['57014', '57P01', '08006', '53300', 'ECONNRESET', 'EPIPE', undefined])(
    'is true of %s: asking again would only be waiting again',
    (code) => {
      expect(isUnanswered(failed(code), TYPEORM)).toBe(true);
    },
  );

  it.each(['42P01', '23505', '22P02', '55P03', '40001', 'P0001', 'XX000'])('is false of %s', (code) => {
    expect(isUnanswered(failed(code), TYPEORM)).toBe(false);
  });

  it('is true of a connection that there was none of, and false of rows that somebody holds', () => {
    const unavailable = (cause: unknown): TwoFactorException =>
      new TwoFactorException('SERVICE_UNAVAILABLE', { cause });

    expect(isUnanswered(unavailable(new Error('timeout exceeded when trying to connect')), TYPEORM)).toBe(
      true,
    );
    expect(isUnanswered(unavailable(failed('55P03')), TYPEORM)).toBe(false);
  });

  it('is false of a 503 that is none of the database: a queue that is full', () => {
    expect(isUnanswered(new TwoFactorException('SERVICE_UNAVAILABLE'), TYPEORM)).toBe(false);
  });

  it('is false of what is no statement', () => {
    expect(isUnanswered(new Error('the directory is gone'), TYPEORM)).toBe(false);
  });
});

/** A commit that fails in these ways, one after another, and then succeeds. */
function commit(...failures: readonly Error[]): { run(): Promise<string>; tries(): number } {
  let tries = 0;
  return {
    run: async () => {
      const error = failures[tries];
      tries += 1;
      if (error !== undefined) {
        throw error;
      }
      return 'committed';
    },
    tries: () => tries,
  };
}

describe('retryingConflicts', () => {
  it.each([SERIALIZATION_FAILURE, DEADLOCK])(
    'runs a commit again that was broken off with %s',
    async (code) => {
      const { run, tries } = commit(failed(code), failed(code));

      await expect(retryingConflicts(run, TYPEORM)).resolves.toBe('committed');

      expect(tries()).toBe(3);
    },
  );

  it('gives up after the third time, with the error of the database', async () => {
    const last = failed(DEADLOCK);
    const { run, tries } = commit(failed(DEADLOCK), failed(SERIALIZATION_FAILURE), last);

    await expect(retryingConflicts(run, TYPEORM)).rejects.toBe(last);

    expect(tries()).toBe(3);
  });

  it.each([
    ['another error of the database', failed(UNIQUE_VIOLATION)],
    // Nobody knows whether it was committed.
    ['a connection that was lost', new Error('Connection terminated unexpectedly')],
    ['an error with such a code that is not of the database', Object.assign(new Error(), { code: DEADLOCK })],
  ])('does not run it again after %s', async (_, error) => {
    const { run, tries } = commit(error);

    await expect(retryingConflicts(run, TYPEORM)).rejects.toBe(error);

    expect(tries()).toBe(1);
  });
});
