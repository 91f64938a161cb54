import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NestLog, createLog } from './logging.js';

let written: string[];
beforeEach(() => {
  written = [];
  const log = createLog({ isProduction: true, logLevel: 'trace' }, { write: (line) => written.push(line) });
  Logger.overrideLogger(new NestLog(log));
});
afterEach(() => Logger.overrideLogger(false));

/** What a line says beside what every line has. */
function said(line: string | undefined): object {
  const { time: _, pid: __, hostname: ___, ...rest } = JSON.parse(line ?? '{}') as Record<string, unknown>;
  return rest;
}

describe("what Nest's Logger is told", () => {
  it.each([
    ['verbose', 10],
    ['debug', 20],
    ['log', 30],
    ['warn', 40],
    ['error', 50],
    ['fatal', 60],
  ] as const)('is a line: %s', (method, level) => {
    new Logger('Somewhere')[method]('Something happened');

    expect(written.map(said)).toEqual([{ level, context: 'Somewhere', msg: 'Something happened' }]);
  });

  it('keeps the fields of an object, with the text that comes with it', () => {
    new Logger('Somewhere').warn({ rowId: 'r1' }, 'A row does not open');

    expect(written.map(said)).toEqual([
      { level: 40, context: 'Somewhere', rowId: 'r1', msg: 'A row does not open' },
    ]);
  });

  it('keeps the stack of an error, given as one or beside a text', () => {
    const error = new Error('boom');
    new Logger('Somewhere').error(error);
    new Logger('Somewhere').error('boom', error.stack);

    expect(written.map(said)).toEqual([
      {
        level: 50,
        context: 'Somewhere',
        err: { type: 'Error', message: 'boom', stack: error.stack },
        msg: 'boom',
      },
      { level: 50, context: 'Somewhere', detail: error.stack, msg: 'boom' },
    ]);
  });

  it('loses what must be in no log', () => {
    new Logger('Somewhere').log({ code: '123456', user: { id: 'u1', password: 'correct horse' } }, 'Oops');

    expect(written.map(said)).toEqual([{ level: 30, context: 'Somewhere', user: { id: 'u1' }, msg: 'Oops' }]);
  });
});
