import 'reflect-metadata';
import { DataSource, type DataSourceOptions } from 'typeorm';
// #region second factor
import { TWO_FACTOR_ENTITIES, TWO_FACTOR_MIGRATIONS } from 'nestjs-two-factor/typeorm';
// #endregion
import { CreateUsers1700000000000 } from './migrations/1700000000000-create-users';
import { Session } from './users/session.entity';
import { User } from './users/user.entity';

export const dataSourceOptions: DataSourceOptions = {
  type: 'postgres',
  url: process.env['DATABASE_URL'] ?? '',
  // #region second factor
  entities: [User, Session, ...TWO_FACTOR_ENTITIES],
  migrations: [CreateUsers1700000000000, ...TWO_FACTOR_MIGRATIONS],
  // #before   entities: [User, Session],
  // #before   migrations: [CreateUsers1700000000000],
  // #endregion
};

export default new DataSource(dataSourceOptions);
