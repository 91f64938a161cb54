import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const both = ['heard of enabled', 'heard of disabled'];

// In a process of its own, for what is at stake is that the process lives on.
it('listeners that fail, at once or later, change nothing and are logged, and the others hear', async () => {
  const child = fileURLToPath(new URL('listeners-child.ts', import.meta.url));

  const { stdout } = await run(process.execPath, ['--conditions=source', '--import', 'tsx', child]);

  const said = stdout
    .split('> ')
    .slice(1)
    .map((part) => {
      const [name, ...lines] = part.split('\n');
      const logged = lines.filter((line) => line.startsWith('logged: the mail server is '));
      return [name, lines.filter((line) => /^(heard|sent)/.test(line)), logged.length];
    });
  expect(said).toEqual([
    ['EventEmitter', both, 6],
    ['EventEmitter that captures', both, 6],
    ['EventEmitter, once', both.slice(0, 1), 3],
    ['EventEmitter2', both, 6],
    ['EventEmitter2, once', both.slice(0, 1), 3],
    ['EventEmitter2 with a wildcard', both, 6],
    ['EventEmitter2 with onAny', both, 6],
    // Nest writes of two of the three itself.
    ['Nest with @OnEvent', both, 2],
    ['an emit of the host', both, 2],
    ['an override of emit', ['sent on', both[0], 'sent on', both[1]], 0],
    ['alive', [], 0],
  ]);
});
