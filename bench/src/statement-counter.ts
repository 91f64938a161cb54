import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';

/** Stands between a server and PostgreSQL, and counts the statements that go by. */
export interface StatementCounter {
  /** In place of the database's own. */
  readonly url: string;
  statements(): number;
  stop(): Promise<void>;
}

/** A statement with parameters is executed, one without is a query (PostgreSQL's frontend protocol, 54.7). */
const COUNTED: ReadonlySet<number> = new Set(['E', 'Q'].map((letter) => letter.charCodeAt(0)));
const TYPE_BYTES = 1;

/** @param url of a database that is reached by a Unix socket */
export async function startCounter(url: string): Promise<StatementCounter> {
  const { username, hostname, port, pathname } = new URL(url);
  const socketPath = `${decodeURIComponent(hostname)}/.s.PGSQL.${port}`;
  let counted = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const database = connect(socketPath);
    const count = countIn((type) => (counted += COUNTED.has(type) ? 1 : 0));
    client.on('data', count);
    client.pipe(database).pipe(client);
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        database.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const ownPort = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `postgres://${username}@127.0.0.1:${ownPort}${pathname}`,
    statements: () => counted,
    stop: async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
      await once(server, 'close');
    },
  };
}

/** Finds the messages in a stream: the first has no type, each other one a type and a length that counts itself. */
function countIn(take: (type: number) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let header = 0;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= header + 4 && rest.length >= header + rest.readUInt32BE(header)) {
      if (header === TYPE_BYTES) {
        take(rest.readUInt8(0));
      }
      rest = rest.subarray(header + rest.readUInt32BE(header));
      header = TYPE_BYTES;
    }
  };
}
