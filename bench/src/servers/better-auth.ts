// better-auth behind its own handler for node:http, nothing in between.
import { createServer } from 'node:http';
import { toNodeHandler } from 'better-auth/node';
import { createAuth } from './better-auth-options.js';

const env = (name: string): string => process.env[name] ?? '';
const port = Number(env('PORT'));
const { auth, pool } = createAuth({
  url: env('DATABASE_URL'),
  secret: env('BETTER_AUTH_SECRET'),
  baseURL: `http://127.0.0.1:${port}`,
});
const server = createServer(toNodeHandler(auth)).listen(port, '127.0.0.1');
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  void pool.end().then(() => process.exit(0));
});
