/**
 * A process that uses the embedded PostgreSQL, for tests that kill it. It takes its options as JSON in its
 * first argument, writes what happens as lines of JSON, and ends on the line `stop` or on SIGINT.
 */
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { EmbeddedPostgresError, startEmbeddedPostgres } from '../src/embedded-postgres.js';

interface FixtureOptions {
  readonly dataDir: string;
  readonly reachableFolder: string;
  readonly fsync?: boolean;
  /** Numbered rows are committed without end, and each told once its commit is. */
  readonly writes?: boolean;
  /** Becomes this user once its modules are loaded. */
  readonly uid?: number;
}

function tell(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

async function run(options: FixtureOptions): Promise<void> {
  if (options.uid !== undefined) {
    process.setuid?.(options.uid);
  }
  tell({ begun: true });
  const postgres = await startEmbeddedPostgres({ ...options, log: (line) => tell({ log: line }) });
  const { connection, dataDir, processId } = postgres;

  const end = async (): Promise<void> => {
    await postgres.stop();
    tell({ stopped: true });
    process.exit(0);
  };
  process.once('SIGINT', () => {
    void answer(connection).then((answered) => {
      tell({ answered });
      return end();
    });
  });
  tell({ started: { connection, dataDir, processId } });
  createInterface({ input: process.stdin }).once('line', () => void end());
  if (options.writes === true) {
    await write(connection);
  }
}

type Connection = Awaited<ReturnType<typeof startEmbeddedPostgres>>['connection'];

async function answer({ username, ...connection }: Connection): Promise<unknown> {
  const client = new Client({ ...connection, user: username });
  await client.connect();
  const { rows } = await client.query('SELECT 42 AS answer');
  await client.end();
  return rows;
}

async function write({ username, ...connection }: Connection): Promise<void> {
  const client = new Client({ ...connection, user: username });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS written (n serial PRIMARY KEY)');
  for (;;) {
    const { rows } = await client.query<{ n: number }>('INSERT INTO written DEFAULT VALUES RETURNING n');
    tell({ wrote: rows[0]?.n });
  }
}

run(JSON.parse(process.argv[2] ?? '{}')).catch((error: unknown) => {
  const code = error instanceof EmbeddedPostgresError ? error.code : 'OTHER';
  tell({ failed: { code, message: String(error) } });
});
