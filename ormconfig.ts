// The DataSource of the migration command: npm run migration:show, migration:run, migration:revert.
import { DataSource } from 'typeorm';
import { loadEnvFile } from './src/config/env-file.js';
import { dataSourceOptions } from './src/database/data-source-options.js';
import { ENTITIES } from './src/entities.js';

loadEnvFile();
const url = process.env['DATABASE_URL'];
if (url === undefined) {
  throw new Error(
    'Set DATABASE_URL to the PostgreSQL to migrate. The embedded one is migrated by npm start.',
  );
}

export default new DataSource(dataSourceOptions({ url }, ENTITIES));
