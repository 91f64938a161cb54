import type { Environment } from '../config/environment.js';
import type { DatabaseConnection } from './data-source-options.js';
import { startEmbeddedPostgres } from '@nestjs-two-factor/embedded-postgres';
import { migrate } from './migrate.js';

/** A database with its tables, ready for use. */
export interface OpenDatabase {
  readonly connection: DatabaseConnection;
  /** Where it is, for people; without user and password. */
  readonly description: string;
  close(): Promise<void>;
}

/** Opens the database the environment names, or else the embedded one, and brings its tables up to date. */
export async function openDatabase(
  environment: Pick<Environment, 'databaseUrl' | 'dataDir' | 'postgresBinDir'>,
  log: (line: string) => void,
): Promise<OpenDatabase> {
  const { databaseUrl, dataDir, postgresBinDir } = environment;
  if (databaseUrl !== undefined) {
    await migrate({ url: databaseUrl });
    return {
      connection: { url: databaseUrl },
      description: placeOf(databaseUrl),
      close: async () => {},
    };
  }
  const server = await startEmbeddedPostgres({ dataDir, binDir: postgresBinDir, log });
  try {
    await migrate(server.connection);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    connection: server.connection,
    description: `embedded PostgreSQL in ${server.dataDir}`,
    close: () => server.stop(),
  };
}

/** Read as node-postgres reads it; where that takes a form which is no URL, nothing of it is repeated. */
function placeOf(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl)) {
    return 'as DATABASE_URL names it';
  }
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}
