import { TypeOrmModule, getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { DatabaseProvider } from '../sql/database-adapter.js';
import { TWO_FACTOR_ENTITIES } from './two-factor.entities.js';
import { TypeOrmAdapter } from './typeorm.adapter.js';

/**
 * The database of a host that has TypeORM: as its DataSource leads there, with that one's schema and prefix, over up to
 * four connections more. What does something in the same commit gets an `EntityManager`.
 *
 * It brings the repositories of the library's entities: `@InjectRepository(UserSecret)`.
 *
 * @param dataSource the name of the DataSource. Default: the one without a name
 */
export function typeOrm(dataSource?: string): DatabaseProvider {
  const repositories = TypeOrmModule.forFeature([...TWO_FACTOR_ENTITIES], dataSource);
  return {
    imports: [repositories],
    exports: [repositories],
    inject: [getDataSourceToken(dataSource)],
    useFactory: (host: DataSource) => TypeOrmAdapter.open(host),
  };
}
