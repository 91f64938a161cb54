import type { Environment } from '../config/environment.js';
import type { DatabaseConnection } from './data-source-options.js';
import { startEmbeddedPostgres } from './embedded-postgres/embedded-postgres.js';
import { migrate } from './migrate.js';

/** A database with its tables, ready for use. */
export interface OpenDatabase {
  readonly connection: DatabaseConnection;
  /** Where it is, for people; without its password. */
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
      description: withoutPassword(databaseUrl),
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

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//').replace(/\?.*$/, '');
}
